import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import type { Diagnostic } from '@gati/contract';
import { normalizePath } from 'vite';
import { toFrame } from '../scan/frame.ts';

interface ViteError {
  id?: string;
  frame?: string;
  loc?: { file?: string; line: number; column: number };
  diagnostic?: Diagnostic;
}

/** An error of the app's code as a diagnostic: where it was thrown, with the lines around that place. */
export function toDiagnostic(error: unknown, root: string, fallback?: string): Diagnostic {
  const from = (typeof error === 'object' && error !== null ? error : {}) as ViteError;
  if (from.diagnostic) return from.diagnostic;
  const message = stripVTControlCharacters(error instanceof Error ? error.message : String(error));
  const place =
    placeOf(from, root) ?? topOfStack(error, root) ?? (fallback === undefined ? undefined : { file: fallback, line: 1, column: 1 });
  const frame = place && readFrame(root, place);
  return {
    code: from.loc || from.frame ? 'GATI_TRANSFORM' : 'GATI_LOAD',
    level: 'error',
    message: message.split('\n')[0] ?? message,
    fix: 'Correct the file; the route answers again with the next save, and all others answer meanwhile.',
    ...place,
    ...(frame === undefined ? {} : { frame }),
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

function readFrame(root: string, place: Place): string | undefined {
  try {
    return toFrame(fs.readFileSync(path.resolve(root, place.file), 'utf8'), place);
  } catch {
    return undefined;
  }
}
