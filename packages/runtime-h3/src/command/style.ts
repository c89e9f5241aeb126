import { styleText } from 'node:util';
import { wantsColors } from '@gati/contract/internal';

/** Styles of the lines that a command prints for people. */
const NAMES = ['bold', 'dim', 'red', 'yellow', 'green', 'cyan'] as const;

/** Marks up text for a terminal; without colors, each function returns its text. */
export type Style = Record<(typeof NAMES)[number], (text: string) => string>;

/** Returns the styles for a stream. {@link wantsColors} decides whether they add colors. */
export function styleFor(stream: NodeJS.WriteStream): Style {
  return createStyle(wantsColors(stream, process.env));
}

export function createStyle(colors: boolean): Style {
  const entries = NAMES.map((name) => [
    name,
    // `styleText` would check stdout, but `wantsColors` has already checked the stream in use.
    (text: string): string => (colors ? styleText(name, text, { validateStream: false }) : text),
  ]);
  return Object.fromEntries(entries) as Style;
}
