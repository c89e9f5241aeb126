import fs from 'node:fs';
import path from 'node:path';
import { formatDiagnostic } from '@gati/contract';
import type { Plugin, ResolvedConfig } from 'vite';
import { breakingChanges } from '../build/breaking-changes.ts';
import type { BuildState } from './build-state.ts';
import { proposeRelease } from '../build/release.ts';
import { reportDiagnostics } from '../build/report.ts';
import { storeWarning } from '../releases/history.ts';
import { noHandlers } from '../scan/no-handlers.ts';

/** Reads the contract before anything is bundled, writes `.gati`, and empties the output folder. */
export function buildContractPlugin(state: BuildState): Plugin {
  const { context } = state;
  return {
    name: 'gati:build:contract',
    apply: 'build',
    sharedDuringBuild: true,
    buildApp: {
      order: 'pre',
      async handler({ config }) {
        state.isAppBuild = true;
        const { logger, root } = config;
        const { project } = context;
        // Reports before anything is written, because a build of the wrong folder must not leave
        // files in it.
        reportDiagnostics(noHandlers(root, 'error'), () => undefined);
        logger.info('gati: reading handlers and their types …');
        const analysis = await context.analysis();
        const { contract } = analysis;
        reportDiagnostics(analysis.diagnostics, (text) => logger.warn(text));
        const expected = proposeRelease(
          { app: project.app, contract },
          await state.history(),
          project.options,
        );
        if (context.check?.allowMajor === false)
          reportDiagnostics(breakingChanges(expected), () => undefined);
        const warning = storeWarning(root);
        if (warning) logger.warn(formatDiagnostic(warning));
        state.generatedVersion = expected.release.version;
        await project.generate(analysis, state.generatedVersion);
        // Empties the folder only now: an error in a handler must not delete the previous build.
        emptyOutDir(config);
        logger.info('gati: bundling the server …');
      },
    },
  };
}

/**
 * Empties the output folder by Vite's rule: a folder outside of the root only if `emptyOutDir` is
 * `true`.
 */
function emptyOutDir(config: ResolvedConfig): void {
  const outDir = path.resolve(config.root, config.build.outDir);
  const isInside = outDir.startsWith(config.root + path.sep);
  if (!(config.build.emptyOutDir ?? isInside) || !fs.existsSync(outDir)) return;
  for (const name of fs.readdirSync(outDir)) {
    if (name !== '.git') fs.rmSync(path.join(outDir, name), { recursive: true, force: true });
  }
}
