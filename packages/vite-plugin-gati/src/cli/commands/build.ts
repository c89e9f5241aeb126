import fs from 'node:fs';
import path from 'node:path';
import { parseManifest } from '@gati/contract';
import { createBuilder } from 'vite';
import { contextOf, toInlineConfig } from '../app.ts';
import { type Call, OK } from '../command.ts';

export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const inline = await toInlineConfig(call, { command: 'build', mode: 'production' });
  const builder = await createBuilder(
    {
      ...inline,
      // Vite's compiled progress reporter writes to the file descriptor of stdout, where only the document may stand.
      ...(output.json && { logLevel: 'warn' }),
      build: {
        ...(typeof args.outDir === 'string' && { outDir: args.outDir }),
        ...(args.minify === false && { minify: false }),
        ...(args.sourcemap === true && { sourcemap: true }),
      },
    },
    null,
  );
  const context = contextOf(builder.config);
  call.onStop(() => context.close());
  // The build asks for the same answer and finds it there.
  const { diagnostics } = await context.analysis();
  await builder.buildApp();

  const outDir = path.resolve(builder.config.root, builder.config.build.outDir);
  const { name, release, contract } = parseManifest(fs.readFileSync(path.join(outDir, 'gati.manifest.json'), 'utf8'));
  output.document({
    name,
    version: release.version,
    id: release.id,
    outDir,
    routes: contract.routes.map(({ id }) => id),
    warnings: diagnostics.filter(({ level }) => level === 'warning'),
  });
  return OK;
}
