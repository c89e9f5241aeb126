/** Lines and columns count from 1. */
export interface Place {
  line: number;
  column: number;
}

/** Returns the place of `offset` (UTF-16 code units) in `text`. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/** Prints the line of a place with a marker below it, and two lines before and after. */
export function printFrame(text: string, place: Place): string {
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, place.line - 2);
  const last = Math.min(lines.length, place.line + 2);
  const width = String(last).length;
  const out: string[] = [];
  for (let line = first; line <= last; line++) {
    const content = (lines[line - 1] ?? '').slice(0, 200);
    out.push(`${String(line).padStart(width)} | ${content}`.trimEnd());
    if (line === place.line) {
      // Tabs stay, so that the marker is below the place.
      const indent = content.slice(0, place.column - 1).replace(/[^\t]/g, ' ');
      out.push(`${' '.repeat(width)} | ${indent}^`);
    }
  }
  return out.join('\n');
}
