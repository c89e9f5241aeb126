/** A place of a generated file, and the line of a source that it leads to. All numbers begin at 0. */
export interface Mapping {
  line: number;
  column: number;
  /** Index in `sources`. */
  source: number;
  sourceLine: number;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Prints mappings in ascending order as the field `mappings` of a source map (ECMA-426). */
export function encodeMappings(mappings: readonly Mapping[]): string {
  let text = '';
  let last: Mapping = { line: 0, column: 0, source: 0, sourceLine: 0 };
  for (const mapping of mappings) {
    const isNewLine = mapping.line > last.line;
    text += isNewLine ? ';'.repeat(mapping.line - last.line) : text === '' ? '' : ',';
    text += [
      mapping.column - (isNewLine ? 0 : last.column),
      mapping.source - last.source,
      mapping.sourceLine - last.sourceLine,
      0,
    ]
      .map(encodeNumber)
      .join('');
    last = mapping;
  }
  return text;
}

/** Prints a number as a base64 VLQ: five bits a digit, the sign in the lowest bit. */
function encodeNumber(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
