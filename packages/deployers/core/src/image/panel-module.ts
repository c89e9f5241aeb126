import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GatiError } from '@gati/contract';
import type { Build } from '../build/read-build.ts';

/** Folder of a built panel in a build. */
const PANEL = 'server/panel';
const SOURCE = new URL('./panel/cluster.mjs', import.meta.url);

/**
 * Adds to a build the module through which its panel acts on the cluster. The module and the
 * objects of this deploy then come from the same version of `gati-deploy`.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG when the build has no panel
 */
export function withPanelModule(build: Build, { panel }: { panel?: boolean }): Build {
  if (panel !== true) return build;
  if (!build.files.some(({ path }) => path === `${PANEL}/panel.mjs`))
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message: '`panel` is set, but the build has no panel.',
      fix: 'Install @gati/devtools and build again, or remove `panel` from gati.deploy.yaml.',
    });
  const source = fileURLToPath(SOURCE);
  const { size } = fs.statSync(source);
  const own = { path: `${PANEL}/cluster.mjs`, source, size, isExecutable: false };
  const files = [...build.files, own].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { ...build, files };
}
