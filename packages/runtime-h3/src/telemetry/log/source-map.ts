/** The members of a source map (ECMA-426) that are read. */
export interface SourceMap {
  /** Paths, relative to the folder of the map. */
  sources: (string | null)[];
  names: string[];
  mappings: string;
}

/** A place in the source; line and column start at 1. */
export interface SourcePlace {
  source: string;
  line: number;
  column: number;
  /** Name of the source, if the generated code has a name exactly there. */
  name: string | undefined;
}

/**
 * One mapping: column in the generated line, index of the source, its line and column, index of the
 * name. All start at 0. Absent from `size` on, which is 1, 4 or 5.
 */
export interface Segment {
  /** Line in the generated code. */
  line: number;
  fields: [column: number, source: number, line: number, column: number, name: number];
  size: number;
}

/** A base64 digit has 5 bits of the number, and a bit that is set if more digits follow. */
const BITS = 5;
const MORE = 1 << BITS;
const MAX_FIELDS = 5;
const [SEMICOLON, COMMA] = [';'.codePointAt(0)!, ','.codePointAt(0)!];

/** Value of each base64 digit by its character code. */
const DIGITS = new Uint8Array(128);
for (const [index, digit] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
].entries())
  DIGITS[digit.codePointAt(0)!] = index;

/**
 * Calls `visit` with each segment in order, until it returns `false`. All calls get the same object.
 */
export function visitSegments(mappings: string, visit: (segment: Segment) => boolean): void {
  const segment: Segment = { line: 0, fields: [0, 0, 0, 0, 0], size: 0 };
  const { fields } = segment;
  let at = 0;
  while (at < mappings.length) {
    const code = mappings.charCodeAt(at);
    if (code === SEMICOLON) {
      segment.line++;
      // The other members continue from line to line.
      fields[0] = 0;
    } else if (code !== COMMA) {
      at = readSegment(mappings, at, segment);
      if (!visit(segment)) return;
      continue;
    }
    at++;
  }
}

/** Adds one segment to the one before it. Returns the index after it. */
function readSegment(mappings: string, start: number, segment: Segment): number {
  const { fields } = segment;
  let at = start;
  segment.size = 0;
  for (; at < mappings.length; segment.size++) {
    const code = mappings.charCodeAt(at);
    if (code === COMMA || code === SEMICOLON) break;
    let value = 0;
    let shift = 0;
    let digit: number;
    do {
      digit = DIGITS[mappings.charCodeAt(at++)] ?? 0;
      value |= (digit & (MORE - 1)) << shift;
      shift += BITS;
    } while (digit & MORE);
    // The lowest bit is the sign.
    if (segment.size < MAX_FIELDS)
      fields[segment.size]! += value & 1 ? -(value >>> 1) : value >>> 1;
  }
  return at;
}

/** A place in generated code; line and column start at 1. */
export interface GeneratedPlace {
  line: number;
  column: number;
}

/**
 * Maps places in generated code to places in the source. Reads the mappings once and keeps
 * nothing: errors are rare, and decoded maps are large.
 */
export function findSourcePlaces(
  { sources, names, mappings }: SourceMap,
  wanted: GeneratedPlace[],
): (SourcePlace | undefined)[] {
  const found: (SourcePlace | undefined)[] = wanted.map(() => undefined);
  // In the order of the mappings; the last segment before a place is the one that maps it.
  const order = wanted
    .map((place, index) => ({ ...place, index }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  const last: Segment = { line: -1, fields: [0, 0, 0, 0, 0], size: 0 };
  let next = 0;
  const assign = ({ line, column, index }: GeneratedPlace & { index: number }): void => {
    const [generated, source, sourceLine, sourceColumn, name] = last.fields;
    const file = last.line === line - 1 && last.size > 1 ? sources[source] : undefined;
    if (typeof file !== 'string') return;
    found[index] = {
      source: file,
      line: sourceLine + 1,
      column: sourceColumn + 1,
      name: last.size === MAX_FIELDS && generated === column - 1 ? names[name] : undefined,
    };
  };
  visitSegments(mappings, ({ line, fields, size }) => {
    while (next < order.length && isBefore(order[next]!, line, fields[0])) assign(order[next++]!);
    last.line = line;
    last.size = size;
    for (let index = 0; index < MAX_FIELDS; index++) last.fields[index] = fields[index]!;
    return next < order.length;
  });
  for (; next < order.length; next++) assign(order[next]!);
  return found;
}

/** Whether a place is before a segment at `line` and `column`, which start at 0. */
const isBefore = (place: GeneratedPlace, line: number, column: number): boolean =>
  place.line - 1 < line || (place.line - 1 === line && place.column - 1 < column);
