// Packs the built packages into the tarballs that npm would publish.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

/** Folders of the packages, each after those that it depends on. */
export const PACKAGES = [
  'contract',
  'runtime-h3',
  'devtools',
  'vite-plugin-gati',
  'deployers/core',
  'deployers/aws',
  'deployers/gcp',
  'create-gati',
];

export const manifestOf = (folder) =>
  JSON.parse(fs.readFileSync(path.join(root, 'packages', folder, 'package.json'), 'utf8'));

/** Writes the tarballs into `destination` and returns `{ name, version, file }` of each. */
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
    return { name, version, file: path.join(destination, readTarballName(stdout)) };
  });
}

/** Reads the file name from the output of npm: a list up to npm 11, an object by name from npm 12. */
function readTarballName(stdout) {
  const packed = JSON.parse(stdout);
  const [first] = Array.isArray(packed) ? packed : Object.values(packed);
  return first.filename.replace(/^@/, '').replace('/', '-');
}
