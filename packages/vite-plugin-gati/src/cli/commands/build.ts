import { usageError } from '@gati/runtime-h3/command';
import fs from 'node:fs';
import path from 'node:path';
import { packageFolder } from '../../files/package-json.ts';
import { parseManifest } from '@gati/contract';
import { createBuilder } from 'vite';
import { outDirError } from '../../build/out-dir.ts';
import { sdkFile, sdkName } from '../../build/sdk/write-sdk.ts';
import { contextOf, loadInlineConfig } from '../app.ts';
import { isCi } from '../../files/is-ci.ts';
import { locateStore, noStoreError } from '../../releases/locate-store.ts';
import { type Call, OK, WRONG_USE } from '../command.ts';

export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const inline = await loadInlineConfig(call, { command: 'build', mode: 'production' });
  const { root } = inline;
  if (args.check === true && isCi() && !locateStore(root).named) {
    output.diagnostic(noStoreError('error'));
    output.document({ errors: [noStoreError('error')] });
    return WRONG_USE;
  }
  const outDirFault =
    typeof args.outDir === 'string'
      ? outDirError(root, path.resolve(root, args.outDir))
      : undefined;
  if (outDirFault) throw usageError(outDirFault.message, outDirFault.fix);
  const builder = await createBuilder(
    {
      ...inline,
      // Vite's native progress reporter writes to file descriptor 1, which must contain only the
      // document.
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
  if (args.check === true) context.check = { allowMajor: args['allow-major'] === true };
  await builder.buildApp();
  // The analysis that the build has made.
  const { diagnostics } = await context.analysis();

  const outDir = path.resolve(builder.config.root, builder.config.build.outDir);
  const { name, release, changes, contract } = parseManifest(
    fs.readFileSync(path.join(outDir, 'gati.manifest.json'), 'utf8'),
  );
  output.document({
    name,
    version: release.version,
    id: release.id,
    bump: release.bump ?? 'none',
    ...(release.since !== undefined && { since: release.since, changes }),
    outDir,
    sdk: path.join(
      packageFolder(root),
      sdkFile(sdkName(name, context.project.options), release.version),
    ),
    routes: contract.routes.map(({ id }) => id),
    warnings: diagnostics.filter(({ level }) => level === 'warning'),
  });
  return OK;
}
