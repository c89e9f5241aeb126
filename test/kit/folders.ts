import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A new folder outside the repository, as its real path. */
export const temporary = (name: string): string =>
  fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), `gati-${name}-`)));

const MADE = new Set(['node_modules', 'dist', 'sdk', '.gati']);

/** A copy of a playground or template outside the repository that uses the built packages of this one. */
export function copyApp(folder: string): string {
  const app = temporary(path.basename(folder));
  fs.cpSync(path.join(root, folder), app, {
    recursive: true,
    filter: (source) => !MADE.has(path.basename(source)),
  });
  linkPackages(app);
  return app;
}

/** A `node_modules` of the app's own whose entries lead to this repository's: what Vite caches in it belongs to this app alone. */
export function linkPackages(app: string): void {
  const installed = path.join(root, 'node_modules');
  const own = path.join(app, 'node_modules');
  fs.mkdirSync(own);
  for (const name of fs.readdirSync(installed)) {
    if (!name.startsWith('.') || name === '.bin')
      fs.symlinkSync(path.join(installed, name), path.join(own, name), 'dir');
  }
}

/** Writes as editors do: a file beside it, then a rename. */
export function edit(file: string, change: (text: string) => string): void {
  const text = change(fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(`${file}.tmp`, text);
  fs.renameSync(`${file}.tmp`, file);
}
