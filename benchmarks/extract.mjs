// Contract extraction: cold, from the cache, and one edit. Runs the sources of the packages:
// `npm run extract -- [--handlers 100,1000] [--edits 60] [--json]`
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createAnalyzer } from '../packages/vite-plugin-gati/src/analyze/create-analyzer.ts';
import { scan } from '../packages/vite-plugin-gati/src/scan/scanner.ts';
import { freshFolder, gatiApp, handler, probe } from './lib/app.mjs';
import { percentile, report, round } from './lib/measure.mjs';

const { values } = parseArgs({
  options: {
    handlers: { type: 'string', default: '100,1000' },
    edits: { type: 'string', default: '60' },
    json: { type: 'boolean' },
  },
});

const rows = [];
for (const count of values.handlers.split(',').map(Number)) {
  const dir = freshFolder(`extract-${count}`);
  gatiApp(dir, count);
  const started = performance.now();
  const found = await scan(dir);
  const scanned = performance.now();
  const analyzer = await createAnalyzer({ root: dir });
  const { contract, warnings } = await analyzer.analyze(found);
  const cold = performance.now();
  if (contract.routes.length !== count)
    throw new Error(`${contract.routes.length} of ${count} routes`);

  const edits = [];
  for (let turn = 0; turn < Number(values.edits); turn++) {
    const i = (turn * 8 + 6) % count;
    const { file } = probe(i);
    const route = found.routes.find((one) => one.file === file);
    fs.writeFileSync(path.join(dir, file), handler(i, `v${turn + 1}`));
    const edited = performance.now();
    analyzer.invalidate([file]);
    const result = await analyzer.route(route);
    edits.push(performance.now() - edited);
    if (!JSON.stringify(result.contract).includes(`"v${turn + 1}"`))
      throw new Error(`an edit of ${file} is not in the contract`);
  }
  await analyzer.close();

  const again = await createAnalyzer({ root: dir });
  const begun = performance.now();
  await again.analyze(found);
  const warm = performance.now();
  await again.close();
  rows.push({
    handlers: count,
    warnings: warnings.length,
    'scan ms': round(scanned - started, 0),
    'cold ms': round(cold - scanned, 0),
    'cold ms per route': round((cold - scanned) / count),
    'one edit p50 ms': round(percentile(edits, 50), 1),
    'one edit p95 ms': round(percentile(edits, 95), 1),
    'warm ms': round(warm - begun, 0),
  });
}
report('Contract extraction', rows);
