import fs from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { root } from './repository.ts';
import { temporaryFolder } from './temporary-folder.ts';

const GENERATED = new Set(['node_modules', 'dist', 'sdk', '.gati']);

/**
 * Copies a playground or a template to a temporary folder, links the built packages of this
 * repository into the copy, and returns its path.
 *
 * @param folder relative to the root of the repository
 *
 * @example
 * const app = copyApp('playground/payments');
 * await runOrThrow(process.execPath, [vite, 'build'], { cwd: app });
 */
export function copyApp(folder: string): string {
  const app = temporaryFolder(path.basename(folder));
  fs.cpSync(path.join(root, folder), app, {
    recursive: true,
    filter: (source) => !GENERATED.has(path.basename(source)),
  });
  linkPackages(app);
  return app;
}

/**
 * Creates a `node_modules` in the app with one link for each entry of this repository's. Vite writes
 * its cache into `node_modules`, so the folder itself must belong to one app.
 */
export function linkPackages(app: string): void {
  const installed = path.join(root, 'node_modules');
  const own = path.join(app, 'node_modules');
  fs.mkdirSync(own);
  for (const name of fs.readdirSync(installed)) {
    if (!name.startsWith('.') || name === '.bin')
      fs.symlinkSync(path.join(installed, name), path.join(own, name), 'dir');
  }
}

/**
 * Gives a folder the SQLite of an app, as the README of the template payments says: Node 20 has none,
 * and `dist/` does not contain it.
 */
export function linkSqlite(folder: string, app: string): void {
  const installed = path.join(app, 'node_modules/libsql');
  if (isBuiltin('node:sqlite') || !fs.existsSync(installed)) return;
  fs.mkdirSync(path.join(folder, 'node_modules'));
  fs.symlinkSync(installed, path.join(folder, 'node_modules/libsql'), 'dir');
}
