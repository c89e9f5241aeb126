// Time of `tsc --noEmit` for an app of many routes and its generated client:
// `npm run types -- [--handlers 1000] [--json]`
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { freshFolder, gatiApp, probe, write } from './lib/app.mjs';
import { median, report, round } from './lib/measure.mjs';

const { values } = parseArgs({
  options: { handlers: { type: 'string', default: '1000' }, json: { type: 'boolean' } },
});
const count = Number(values.handlers);
const require = createRequire(import.meta.url);
const dir = freshFolder(`types-${count}`);
gatiApp(dir, count);
// A page that calls routes of every domain, so that the compiler resolves the types of the client.
const calls = Array.from({ length: 40 }, (_, i) => i * 8)
  .filter((i) => i < count)
  .map(
    (i) => `  await call('GET ${probe(i).url.replace(/42$/, ':id')}', { params: { id: '${i}' } });`,
  );
write(
  dir,
  'src/page.ts',
  `import { call } from '../.gati/generated/client';\n\nexport async function page(): Promise<void> {\n${calls.join('\n')}\n}\n`,
);

// The same handlers without the types of Gati: the time that so many files take in any case.
const bare = freshFolder(`types-bare-${count}`);
gatiApp(bare, count);
fs.rmSync(path.join(bare, 'src/gati-env.d.ts'));
for (let i = 0; i < count; i++) {
  const file = path.join(bare, probe(i).file);
  fs.writeFileSync(
    file,
    fs
      .readFileSync(file, 'utf8')
      .replace(/: Handler<typeof route> = (async )?\(([^)]*)\)/, untyped),
  );
}

function untyped(_, async = '', parameters) {
  const typed = parameters.split(',').map((name) => `${name.trim()}: any`);
  return ` = ${async}(${typed.join(', ')})`;
}

const run = (command, args, cwd = dir) => {
  const started = performance.now();
  const { status, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0)
    throw new Error(`${args.join(' ')} exited with ${status}\n${stdout.slice(0, 2000)}`);
  return performance.now() - started;
};
run(process.execPath, [
  path.resolve(dir, '../../../packages/vite-plugin-gati/dist/cli.mjs'),
  'generate',
]);
const tsc = {
  'typescript 7': path.join(path.dirname(require.resolve('typescript-7/package.json')), 'bin/tsc'),
  'typescript 6': require.resolve('typescript/bin/tsc'),
};
report(
  `tsc --noEmit, ${count} routes`,
  Object.entries(tsc).map(([name, bin]) => {
    const ours = [];
    const theirs = [];
    for (let turn = 0; turn < 3; turn++) {
      ours.push(run(process.execPath, [bin, '--noEmit']));
      theirs.push(run(process.execPath, [bin, '--noEmit', '--noImplicitAny', 'false'], bare));
    }
    return {
      compiler: name,
      's (median of 3)': round(median(ours) / 1000),
      'without request types': round(median(theirs) / 1000),
      ratio: round(median(ours) / median(theirs)),
    };
  }),
);
