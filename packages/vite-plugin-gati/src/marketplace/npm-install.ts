import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isObject } from '@gati/contract/data';
import { GatiError } from '@gati/contract';
import { redactUrls } from '@gati/contract/internal';
import { refusedError } from './errors.ts';
import { findForeignDependency } from './read-package.ts';

const LOCK = 'package-lock.json';
const FILES = ['package.json', LOCK];
/** Maximum number of characters of npm's output in an error. */
const MAX_OUTPUT = 2000;

/** A package to install. */
export interface Wanted {
  name: string;
  version: string;
  /** `sha512-…` of the tarball that was checked. */
  integrity: string;
}

/**
 * Installs a package with npm, without scripts. npm first resolves all packages, and installs only
 * if each is allowed.
 *
 * @throws {GatiError} GATI_MODULE_REFUSED when npm gets other bytes, or a dependency has an install
 * script or is not on a registry. `package.json` and the lock are then as before
 */
export async function installPackage(
  root: string,
  wanted: Wanted,
  registry: string,
): Promise<void> {
  const before = FILES.map((file) => readFile(path.join(root, file)));
  const known = packagesOf(before[1]);
  try {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
    const target = `${wanted.name}@${wanted.version}`;
    await runNpm(
      root,
      ['install', ...flags, '--save-exact', '--package-lock-only', target],
      registry,
    );
    checkLock(packagesOf(readFile(path.join(root, LOCK))), known, wanted);
    await runNpm(root, ['install', ...flags], registry);
  } catch (error) {
    restore(root, before);
    throw error;
  }
}

export async function uninstallPackage(root: string, name: string): Promise<void> {
  await runNpm(root, ['uninstall', '--ignore-scripts', '--no-audit', '--no-fund', name]);
}

type LockedPackages = Record<string, Record<string, unknown>>;

function packagesOf(text: string | undefined): LockedPackages {
  try {
    const lock: unknown = JSON.parse(text ?? '{}');
    const packages = isObject(lock) ? lock['packages'] : undefined;
    return isObject(packages) ? (packages as LockedPackages) : {};
  } catch {
    return {};
  }
}

/** Checks the packages that an installation adds. */
function checkLock(now: LockedPackages, before: LockedPackages, wanted: Wanted): void {
  const target = `${wanted.name}@${wanted.version}`;
  const own = now[`node_modules/${wanted.name}`];
  if (own?.['version'] !== wanted.version || own['integrity'] !== wanted.integrity)
    throw refusedError(
      target,
      'npm gets another tarball than the one that was checked',
      'Make npm use the same registry: see `npm config get registry`.',
    );
  for (const [place, entry] of Object.entries(now)) {
    const known = before[place];
    const isSame =
      known?.['version'] === entry['version'] && known?.['integrity'] === entry['integrity'];
    if (place === '' || isSame || entry['link'] === true || !place.includes('node_modules/'))
      continue;
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (entry['hasInstallScript'] === true)
      throw refusedError(
        target,
        `its dependency ${name} runs a script when it is installed`,
        'Use a package whose dependencies have no install scripts.',
      );
    const foreign = findForeignDependency(entry);
    if (foreign !== undefined || typeof entry['integrity'] !== 'string')
      throw refusedError(
        target,
        `its dependency ${foreign ?? name} is not on a registry`,
        'Use a package whose dependencies have versions.',
      );
  }
}

function restore(root: string, texts: (string | undefined)[]): void {
  for (const [index, file] of FILES.entries()) {
    const text = texts[index];
    if (text === undefined) fs.rmSync(path.join(root, file), { force: true });
    else fs.writeFileSync(path.join(root, file), text);
  }
}

function readFile(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

/** @param registry may contain a password, so it is in no argument. That of npm's settings by default */
async function runNpm(root: string, args: string[], registry?: string): Promise<void> {
  const isWindows = process.platform === 'win32';
  const child = spawn(isWindows ? 'npm.cmd' : 'npm', args, {
    cwd: root,
    env: { ...process.env, ...(registry !== undefined && { npm_config_registry: registry }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: isWindows,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      output = `${output}${text.toString()}`.slice(-MAX_OUTPUT);
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  throw new GatiError({
    code: 'GATI_MODULE_REGISTRY',
    message: redactUrls(`\`npm ${args[0]}\` ended with ${code}: ${output.trim()}`),
    fix: 'Correct what npm reports, and run the command again.',
  });
}
