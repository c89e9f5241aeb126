import fs from 'node:fs';
import path from 'node:path';
import { CreateError } from './errors.ts';
import type { Target } from './name.ts';

/** Input of {@link scaffold}. */
export interface ScaffoldInput extends Target {
  /** Folder of the template. */
  source: string;
  /** Version of Gati's packages in the new `package.json`. */
  version: string;
  /** Further `devDependencies`. */
  added?: Record<string, string>;
  /** Write into a folder with files. Files of the same name are replaced. */
  force?: boolean;
}

/** Files of a new repository or a file manager: a folder with only these counts as empty. */
const HARMLESS = new Set(['.git', '.DS_Store', 'Thumbs.db']);
const OWN_PACKAGE = /^(?:vite-plugin-gati|@gati\/.+)$/;
/** npm never packs a `.gitignore`, so templates contain it under another name. */
const RENAMED: Record<string, string> = { _gitignore: '.gitignore' };

/**
 * Copies a template and puts the name of the app into it. Returns the written files, relative to
 * the folder of the app, sorted.
 *
 * @throws {CreateError} GATI_CREATE_NOT_EMPTY when the folder has files and `force` is not set.
 */
export function scaffold(input: ScaffoldInput): string[] {
  if (!input.force && !isFree(input.directory)) throw notEmptyError(input.directory);
  return filesBelow(input.source).map((file) => {
    const written = path.join(
      path.dirname(file),
      RENAMED[path.basename(file)] ?? path.basename(file),
    );
    const target = path.join(input.directory, written);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(
      target,
      toAppFile(file, fs.readFileSync(path.join(input.source, file)), input),
    );
    return written.replaceAll('\\', '/');
  });
}

/** Whether a folder is missing or counts as empty. */
export function isFree(directory: string): boolean {
  if (!fs.existsSync(directory)) return true;
  return (
    fs.statSync(directory).isDirectory() &&
    fs.readdirSync(directory).every((name) => HARMLESS.has(name))
  );
}

const notEmptyError = (directory: string): CreateError =>
  new CreateError(
    'GATI_CREATE_NOT_EMPTY',
    1,
    `${directory} is not an empty folder.`,
    'Choose another name, or pass --force to write into it (files of the same name are replaced).',
  );

function toAppFile(
  file: string,
  content: Buffer,
  { packageName, version, added = {} }: ScaffoldInput,
): Buffer | string {
  if (file === 'package.json')
    return toPackageJson(content.toString(), packageName, version, added);
  if (file === 'README.md') return content.toString().replace(/^# .*/, `# ${packageName}`);
  return content;
}

function toPackageJson(
  text: string,
  name: string,
  version: string,
  added: Record<string, string>,
): string {
  const manifest = JSON.parse(text) as Record<string, unknown> & { name: string };
  manifest.name = name;
  const all = { ...(manifest['devDependencies'] as Record<string, string> | undefined), ...added };
  manifest['devDependencies'] = Object.fromEntries(
    Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  for (const kind of ['dependencies', 'devDependencies']) {
    const dependencies = manifest[kind] as Record<string, string> | undefined;
    for (const dependency of Object.keys(dependencies ?? {}))
      if (OWN_PACKAGE.test(dependency)) dependencies![dependency] = `^${version}`;
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Folders that are created if a template runs in its own folder. They are never part of an app. */
const GENERATED = new Set(['node_modules', 'dist', '.gati']);

function filesBelow(directory: string, below = ''): string[] {
  return fs
    .readdirSync(path.join(directory, below), { withFileTypes: true })
    .filter((entry) => !GENERATED.has(entry.name))
    .flatMap((entry) => {
      const file = path.join(below, entry.name);
      return entry.isDirectory() ? filesBelow(directory, file) : [file];
    })
    .sort();
}
