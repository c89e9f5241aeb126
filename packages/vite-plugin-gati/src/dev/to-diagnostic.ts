import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import type { Diagnostic } from '@gati/contract';
import { normalizePath } from 'vite';
import { readText } from '../read-text.ts';
import { readFacts } from '../scan/facts.ts';
import { toFrame } from '../scan/frame.ts';
import { syntaxError } from '../scan/problems.ts';

interface ViteError {
  id?: string;
  loc?: { file?: string; line: number; column: number };
  diagnostic?: Diagnostic;
}

/** An error of the app's code as a diagnostic: where it was thrown, with the lines around that place. `entry`: the file that was loaded. */
export function toDiagnostic(error: unknown, root: string, entry?: string): Diagnostic {
  const from = (typeof error === 'object' && error !== null ? error : {}) as ViteError;
  if (from.diagnostic) return from.diagnostic;
  const text = stripVTControlCharacters(error instanceof Error ? error.message : String(error));
  const place = placeOf(from, root) ?? topOfStack(error, root) ?? (entry === undefined ? undefined : { file: entry, line: 1, column: 1 });
  const source = place && readText(path.resolve(root, place.file));
  const syntax =
    place && source !== undefined && /^Transform failed|PARSE_ERROR/.test(text) ? readFacts(place.file, source).syntax : undefined;
  // The same words as the scan has, so that it is said once.
  if (place && syntax) return syntaxError({ file: place.file, ...syntax }, syntax.message);
  return {
    code: 'GATI_LOAD',
    level: 'error',
    message: text.split('\n')[0] ?? text,
    fix: 'Correct the file; the route answers again with the next save, and all others answer meanwhile.',
    ...place,
    ...(place && source !== undefined ? { frame: toFrame(source, place) } : {}),
  };
}

interface Place {
  file: string;
  line: number;
  column: number;
}

function placeOf({ id, loc }: ViteError, root: string): Place | undefined {
  const file = loc?.file ?? id;
  if (file === undefined) return undefined;
  return { file: fromRoot(file.replace(/[?#].*$/, ''), root), line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1 };
}

/** The first line of the stack that stands in the app itself. */
function topOfStack(error: unknown, root: string): Place | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
  for (const line of error.stack.split('\n')) {
    const match = /\(?((?:file:\/\/)?\/[^()]*?|[A-Za-z]:[\\/][^()]*?):(\d+):(\d+)\)?$/.exec(line.trim());
    if (!match?.[1]) continue;
    const file = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1];
    const inApp = fromRoot(file, root);
    if (inApp.startsWith('..') || inApp.includes('node_modules/')) continue;
    return { file: inApp, line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}

const fromRoot = (file: string, root: string): string => normalizePath(path.relative(root, file));
