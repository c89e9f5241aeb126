import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, stripVTControlCharacters } from 'node:util';
import type { Diagnostic } from '@gati/contract';
import { escapeControls } from '@gati/contract/internal';
import { toAppFrames } from '@gati/runtime-h3/internal';
import { normalizePath } from 'vite';
import { readText } from '../files/read-text.ts';
import { readFacts } from '../scan/read-facts.ts';
import { printFrame } from '../scan/code-frame.ts';
import { syntaxError } from '../scan/diagnostics.ts';

/** Members of errors that Vite, its plugins and Gati throw. */
interface ViteError {
  id?: unknown;
  loc?: { file?: string; line: number; column: number };
  diagnostic?: Diagnostic;
}

const FIX =
  'Correct the file. The route works again after the next save; other routes are not affected.';

/**
 * Describes an error of the app's code: its message, where it was thrown, and the lines around that
 * place. Never throws, whatever was thrown: the caller may have no other way to report the error.
 *
 * @param entry the file that was loaded, for errors that name no place in the app
 */
export function diagnoseError(error: unknown, root: string, entry?: string): Diagnostic {
  const start = entry === undefined ? undefined : { file: entry, line: 1, column: 1 };
  try {
    return diagnose(error, root, start);
  } catch {
    return {
      code: 'GATI_LOAD',
      level: 'error',
      message: firstLine(printThrown(error)),
      fix: FIX,
      ...start,
    };
  }
}

/** Formats a thrown value for a terminal, an error with its stack. Never throws. */
export function printThrown(thrown: unknown): string {
  return escapeControls(textOf(thrown));
}

function textOf(thrown: unknown): string {
  try {
    if (
      thrown instanceof Error &&
      typeof thrown.stack === 'string' &&
      typeof thrown.message === 'string'
    )
      return toAppFrames(thrown.stack);
    return typeof thrown === 'string' ? thrown : inspect(thrown);
  } catch {
    return `a value that can't be shown (${typeof thrown})`;
  }
}

function diagnose(error: unknown, root: string, entry: Place | undefined): Diagnostic {
  const from = (typeof error === 'object' && error !== null ? error : {}) as ViteError;
  if (typeof from.diagnostic?.code === 'string' && typeof from.diagnostic.message === 'string')
    return from.diagnostic;
  const text = stripVTControlCharacters(
    error instanceof Error && typeof error.message === 'string'
      ? error.message
      : printThrown(error),
  );
  const reported = parseReported(text);
  if (reported) return reported;
  const place =
    placeOf(from, root) ?? placeOfImport(text, root) ?? topOfStack(error, root) ?? entry;
  const source = place && readText(path.resolve(root, place.file));
  const syntax =
    place && source !== undefined && /^Transform failed|PARSE_ERROR/.test(text)
      ? readFacts(place.file, source).syntax
      : undefined;
  // The same message as the scan reports, so that it is logged once.
  if (place && syntax) return syntaxError({ file: place.file, ...syntax }, syntax.message);
  return {
    code: 'GATI_LOAD',
    level: 'error',
    message: firstLine(text),
    fix: FIX,
    ...place,
    ...(place && source !== undefined ? { frame: printFrame(source, place) } : {}),
  };
}

const firstLine = (text: string): string => text.split('\n')[0] ?? text;

/** `src/a.ts:3:11 GATI_X: message`, then the fix, as a plugin of Gati throws it. */
const REPORTED =
  /^(\S+):(\d+):(\d+) (GATI_\w+): ([^\n]*)\n +fix: ([^\n]*)(?:\n +see: [^\n]*)?\n?([^]*)$/;

/**
 * Parses the text of a diagnostic of a plugin. The error of a module reaches its importer as text.
 */
function parseReported(text: string): Diagnostic | undefined {
  const match = REPORTED.exec(text);
  if (!match) return undefined;
  const [, file, line, column, code, message, fix, frame] = match as unknown as [
    string,
    ...string[],
  ];
  return {
    code: code as Diagnostic['code'],
    level: 'error',
    message: message!,
    fix: fix!,
    file: file!,
    line: Number(line),
    column: Number(column),
    ...(frame && { frame }),
  };
}

interface Place {
  file: string;
  line: number;
  column: number;
}

function placeOf({ id, loc }: ViteError, root: string): Place | undefined {
  // Vite's ids of modules are absolute paths. An error of the app may have an `id` of any kind.
  const file = loc?.file ?? (typeof id === 'string' && path.isAbsolute(id) ? id : undefined);
  if (typeof file !== 'string') return undefined;
  return {
    file: fromRoot(file.replace(/[?#].*$/, ''), root),
    line: loc?.line ?? 1,
    column: (loc?.column ?? 0) + 1,
  };
}

/** Relies on: the wording of Vite's messages. Only they name the importer of a missing module. */
const NOT_FOUND = [
  /^Cannot find module '(?<name>[^']+)' imported from '(?<file>[^']+)'/,
  /^Failed to load url (?<name>\S+) \(resolved id: .*\) in (?<file>.+)\. Does the file exist\?/,
];

function placeOfImport(text: string, root: string): Place | undefined {
  const { name, file } =
    NOT_FOUND.map((pattern) => pattern.exec(text)?.groups).find((groups) => groups !== undefined) ??
    {};
  if (name === undefined || file === undefined) return undefined;
  const lines = (readText(file) ?? '').split('\n');
  // Compares only the last part of the name, because the import in the file may be relative or an
  // alias.
  const last = name.slice(name.lastIndexOf('/') + 1);
  const index = lines.findIndex((line) => line.includes('import') && line.includes(last));
  return { file: fromRoot(file, root), line: Math.max(index, 0) + 1, column: 1 };
}

/** Returns the place of the first line of the stack that is in a file of the app. */
function topOfStack(error: unknown, root: string): Place | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
  for (const line of error.stack.split('\n')) {
    const match = /\(?((?:file:\/\/)?\/[^()]*?|[A-Za-z]:[\\/][^()]*?):(\d+):(\d+)\)?$/.exec(
      line.trim(),
    );
    if (!match?.[1]) continue;
    const file = toPath(match[1]);
    if (file === undefined) continue;
    const inApp = fromRoot(file, root);
    if (inApp.startsWith('..') || inApp.includes('node_modules/')) continue;
    return { file: inApp, line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}

/**
 * Returns the path of a file URL. `undefined` for one of another machine, such as
 * `file://host/a.ts`.
 */
function toPath(place: string): string | undefined {
  if (!place.startsWith('file:')) return place;
  try {
    return fileURLToPath(place);
  } catch {
    return undefined;
  }
}

const fromRoot = (file: string, root: string): string => normalizePath(path.relative(root, file));
