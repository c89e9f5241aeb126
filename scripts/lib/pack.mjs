// Packs the built packages as npm would publish them.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

/** In the order in which they depend on each other. */
export const PACKAGES = ['contract', 'runtime-h3', 'vite-plugin-gati', 'create-gati'];

export const manifestOf = (folder) =>
  JSON.parse(fs.readFileSync(path.join(root, 'packages', folder, 'package.json'), 'utf8'));

/** Gives `{ name, version, file }` of each tarball in `destination`. */
export function packAll(destination) {
  fs.mkdirSync(destination, { recursive: true });
  return PACKAGES.map((folder) => {
    const { name, version } = manifestOf(folder);
    const { status, stdout, stderr } = spawnSync(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', destination],
      {
        cwd: path.join(root, 'packages', folder),
        encoding: 'utf8',
        shell: process.platform === 'win32',
      },
    );
    if (status !== 0) throw new Error(`npm pack in packages/${folder}: ${stderr}`);
    return { name, version, file: path.join(destination, toTarball(stdout)) };
  });
}

/** npm 11 answers with a list, npm 12 with an object by name. */
function toTarball(stdout) {
  const packed = JSON.parse(stdout);
  const [first] = Array.isArray(packed) ? packed : Object.values(packed);
  return first.filename.replace(/^@/, '').replace('/', '-');
}
