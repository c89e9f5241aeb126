import fs from 'node:fs';
import path from 'node:path';
import { CreateError } from './errors.ts';
import type { Target } from './name.ts';

export interface ScaffoldInput extends Target {
  /** The template's folder. */
  source: string;
  /** Version of the Gati packages that the app asks for. */
  version: string;
  /** Write into a folder that has files; those of the same name are replaced. */
  force?: boolean;
}

/** What a new repository or a file manager leaves in an empty folder. */
const HARMLESS = new Set(['.git', '.DS_Store', 'Thumbs.db']);
const GATI_PACKAGE = /^(?:vite-plugin-gati|@gati\/.+)$/;
/** npm never packs a `.gitignore`, so templates carry it under another name. */
const RENAMED: Record<string, string> = { _gitignore: '.gitignore' };

/** Copies a template and makes it the app's own. Gives the written files, sorted, from the app's folder. Throws `GATI_CREATE_NOT_EMPTY`. */
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
  { packageName, version }: ScaffoldInput,
): Buffer | string {
  if (file === 'package.json') return toPackageJson(content.toString(), packageName, version);
  if (file === 'README.md') return content.toString().replace(/^# .*/, `# ${packageName}`);
  return content;
}

function toPackageJson(text: string, name: string, version: string): string {
  const manifest = JSON.parse(text) as Record<string, unknown> & { name: string };
  manifest.name = name;
  for (const kind of ['dependencies', 'devDependencies']) {
    const dependencies = manifest[kind] as Record<string, string> | undefined;
    for (const dependency of Object.keys(dependencies ?? {}))
      if (GATI_PACKAGE.test(dependency)) dependencies![dependency] = `^${version}`;
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Made by running a template in place; never part of an app. */
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
