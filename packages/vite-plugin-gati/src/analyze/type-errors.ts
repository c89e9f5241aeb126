import type { Diagnostic } from '@gati/contract';
import type { Compiler } from './compiler/compiler.ts';
import type { ProjectFiles } from './project/project-files.ts';
import { printFrame } from '../scan/code-frame.ts';

/** Returns the type errors of a file (absolute), at their places in the text on disk. */
export function typeErrors(compiler: Compiler, files: ProjectFiles, file: string): Diagnostic[] {
  const source = compiler.source(file);
  if (!source) return [];
  return compiler.errors(file).map(({ position, code, text }) => {
    const place = files.place(file, source.text, position);
    return {
      code: `TS${code}`,
      level: 'error',
      message: text,
      fix: 'Make the types agree, or correct the declaration that the message names.',
      ...place,
      frame: printFrame(files.original(file, source.text), place),
    };
  });
}
