import fs from 'node:fs';
import path from 'node:path';

/** A definition, as an editor opens it. */
export interface Definition {
  /** From the root, with `/`. */
  file: string;
  /** From 1. */
  line: number;
}

/** A server of TypeScript that editors use. Each `needle` is in the file once. */
export interface EditorServer {
  /** Goes to the definition of the last name in `needle`. */
  definitions(file: string, needle: string): Promise<Definition[]>;
  /** The text that an editor shows above the last name in `needle`, without its type. */
  hover(file: string, needle: string): Promise<string>;
  /** The names that an editor offers after the last dot in `needle`. */
  completions(file: string, needle: string): Promise<string[]>;
  close(): void;
}

/** A place in a file. Line and column start at 0. */
export interface Place {
  file: string;
  text: string;
  line: number;
  column: number;
}

/** Returns the last character of the first `needle`, or the place after its last dot. */
export function placeOf(root: string, file: string, needle: string, afterDot = false): Place {
  const absolute = path.join(root, file);
  const text = fs.readFileSync(absolute, 'utf8');
  const length = afterDot ? needle.lastIndexOf('.') + 1 : needle.length - 1;
  const lines = text.slice(0, text.indexOf(needle) + length).split('\n');
  return { file: absolute, text, line: lines.length - 1, column: lines.at(-1)!.length };
}
