import fs from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '@gati/contract';
import { normalizePath } from 'vite';
import { placeOf, printFrame } from '../scan/code-frame.ts';
import { reportDiagnostics } from './report.ts';

/** Code that a diagnostic is about. */
export interface CodePlace {
  root: string;
  /** Path of the module. */
  id: string;
  /** The code as a parser saw it, after the types were removed. */
  text: string;
}

/**
 * Throws an error with the place of some code in the source. The place is that of the first such
 * code in the file, because positions in transformed code differ.
 *
 * @throws {GatiError} with the code of the diagnostic
 */
export function reportAt(
  { root, id, text }: CodePlace,
  { code, message, fix }: Pick<Diagnostic, 'code' | 'message' | 'fix'>,
): void {
  const source = fs.readFileSync(id, 'utf8');
  const index = [text, text.replaceAll('"', "'")]
    .map((written) => source.indexOf(written))
    .find((found) => found >= 0);
  const place = placeOf(source, index ?? 0);
  const file = normalizePath(path.relative(root, id));
  const diagnostic: Diagnostic = {
    code,
    level: 'error',
    message,
    fix,
    file,
    ...place,
    frame: printFrame(source, place),
  };
  reportDiagnostics([diagnostic], () => undefined);
}
