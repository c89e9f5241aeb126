import fs from 'node:fs';
import path from 'node:path';
import { runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import type { Case } from './cases.ts';

/** Packages of this repository, in the order of their floors. */
const OWN = ['contract', 'runtime-h3', 'devtools', 'vite-plugin-gati'];
const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Needs no other download: the engine is for migrations alone. */
const ENV = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };

/** Installs the packed packages of this repository, Vite, TypeScript and those of all cases. */
export async function installApp(app: string, cases: Case[]): Promise<void> {
  const tarballs = path.join(app, 'packed');
  fs.rmSync(tarballs, { recursive: true, force: true });
  fs.mkdirSync(tarballs);
  const own = await Promise.all(OWN.map((name) => pack(name, tarballs)));
  const { devDependencies } = JSON.parse(
    fs.readFileSync(path.join(root, 'templates/minimal/package.json'), 'utf8'),
  ) as { devDependencies: Record<string, string> };
  const json = {
    name: 'packages',
    version: '1.0.0',
    private: true,
    type: 'module',
    devDependencies: { ...devDependencies, ...Object.fromEntries(own) },
    dependencies: Object.fromEntries(
      [...new Set(cases.flatMap(({ packages }) => packages))].map((name) => [name, '*']),
    ),
    // The others with an install script find a prebuilt file in their own package.
    allowScripts: { 'better-sqlite3': true },
  };
  fs.writeFileSync(path.join(app, 'package.json'), JSON.stringify(json, undefined, 2));
  for (const file of ['tsconfig.json', 'vite.config.ts'])
    fs.copyFileSync(path.join(root, 'templates/minimal', file), path.join(app, file));
  // Some packages have a peer that another case has in a newer version.
  const flags = ['--legacy-peer-deps', '--prefer-offline', '--no-audit', '--no-fund'];
  await runOrThrow(NPM, ['install', ...flags], { cwd: app, env: ENV });
  for (const { files, run } of cases) {
    if (files) fs.cpSync(files, app, { recursive: true });
    if (run) await runOrThrow('npx', ['--no-install', ...run.split(' ')], { cwd: app, env: ENV });
  }
}

/** Returns the name of a package and the address of its tarball. */
async function pack(folder: string, tarballs: string): Promise<[string, string]> {
  const cwd = path.join(root, 'packages', folder);
  const { stdout } = await runOrThrow(
    NPM,
    ['pack', '--json', '--ignore-scripts', '--pack-destination', tarballs],
    { cwd, env: process.env },
  );
  const [{ name, filename }] = JSON.parse(stdout) as [{ name: string; filename: string }];
  return [name, `file:packed/${filename}`];
}

/** Returns the version of an installed package. */
export function versionOf(app: string, name: string): string {
  const file = path.join(app, 'node_modules', name, 'package.json');
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version;
}
