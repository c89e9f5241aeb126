import path from 'node:path';
import { GatiError } from '@gati/contract';
import type { ForeignDeclaration } from '../types/foreign.ts';

/** Folder with the files of foreign modules, in an app and in its build. */
export const MODULES_DIR = 'modules';

/** Where a module comes from. */
export type SourceKind = 'exec' | 'docker' | 'npm' | 'http' | 'mcp' | 'wasm';

export interface ParsedSource {
  kind: SourceKind;
  /** The rest of the source; for `http` the whole URL. */
  target: string;
}

const FORM = /^(exec|docker|npm|mcp|wasm):(?!\/\/)(.+)$/s;

/**
 * Parses the source of a foreign module.
 *
 * @throws {GatiError} GATI_MODULE_SOURCE when the source has none of the known forms
 * @example
 * parseSource('m', 'exec:python3 ./modules/scorer.py'); // { kind: 'exec', target: 'python3 ./…' }
 */
export function parseSource(name: string, source: string): ParsedSource {
  if (hasCredentials(source) || hasCredentials(source.replace(/^mcp:\s*/, '')))
    throw new GatiError({
      code: 'GATI_MODULE_SOURCE',
      message: `The address of the module "${name}" contains a user name or a password.`,
      fix: 'Remove it, and name a variable in `headers`: `authorization: Basic ${CREDENTIALS}`.',
    });
  if (/^https?:\/\//.test(source) && URL.canParse(source)) return { kind: 'http', target: source };
  const [, kind, rest] = FORM.exec(source) ?? [];
  const target = rest?.trim();
  // A folder is a package that was prepared to run in a separate process.
  const isPackage =
    kind !== 'npm' || target?.startsWith('./') || parsePackage(target ?? '') !== undefined;
  if (kind === undefined || !target || target.includes('\0') || !isPackage)
    throw new GatiError({
      code: 'GATI_MODULE_SOURCE',
      message: `The source ${JSON.stringify(source)} of the module "${name}" has no known form.`,
      fix: 'Use exec:./modules/NAME, docker:IMAGE, npm:PACKAGE, wasm:./FILE, mcp:… or an http(s) URL.',
    });
  return { kind: kind as SourceKind, target };
}

/**
 * Whether a text is an HTTP address with a user name or a password, which files of the build, the
 * lock and process lists would show.
 */
export function hasCredentials(text: string): boolean {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}

/** Whether the supervisor runs a process for the source. */
export function isSupervised({ kind }: ParsedSource, isolate: boolean | undefined): boolean {
  return ['exec', 'docker', 'mcp'].includes(kind) || (kind === 'npm' && isolate === true);
}

/**
 * Splits a command at spaces. Double quotes keep spaces.
 *
 * @example
 * splitCommand('python3 "./my modules/a.py"'); // ['python3', './my modules/a.py']
 */
export function splitCommand(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

/**
 * Returns the files and folders, relative to the root, that a command needs. For each file that the
 * command names, that is the folder of the file. For a file in the root or in `modules/`, it is the
 * file alone.
 */
export function namedFiles(target: string): string[] {
  const named = splitCommand(target.replace(/^exec:/, '')).filter((word) => word.startsWith('./'));
  return named.map((word) => {
    const file = path.posix.normalize(word);
    const folder = path.posix.dirname(file);
    return folder === '.' || folder === MODULES_DIR ? file : folder;
  });
}

/** A package of an `npm:` source. */
export interface PackageSource {
  name: string;
  /** Range of versions. Absent: any. */
  range?: string;
}

const PACKAGE = /^((?:@[a-z0-9~-][\w.~-]{0,100}\/)?[a-z0-9~-][\w.~-]{0,200})(?:@(.{1,256}))?$/i;

/**
 * Parses the target of an `npm:` source. Returns `undefined` for any other text.
 *
 * @example
 * parsePackage('@acme/fx@^2'); // { name: '@acme/fx', range: '^2' }
 */
export function parsePackage(target: string): PackageSource | undefined {
  const [, name, range] = PACKAGE.exec(target) ?? [];
  if (name === undefined || name.includes('..')) return undefined;
  return { name, ...(range !== undefined && { range }) };
}

/** Returns the package of a module that runs in the process of the app, as a file of it does. */
export function inProcessPackage({
  name,
  source,
  isolate,
}: Pick<ForeignDeclaration, 'name' | 'source' | 'isolate'>): PackageSource | undefined {
  const { kind, target } = parseSource(name, source);
  return kind === 'npm' && !isolate ? parsePackage(target) : undefined;
}
