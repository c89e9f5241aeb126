import type { Readable } from 'node:stream';

/** Characters of one line at most; the rest is dropped. */
const MAX_LINE = 16_384;
/** Lines of one stream per second at most; further ones are dropped. */
const MAX_LINES = 1000;

/**
 * Calls `onLine` for each line of a stream.
 *
 * @param onDrop gets the number of lines that one second had too many
 */
export function readLines(
  stream: Readable,
  onLine: (line: string) => void,
  onDrop: (lines: number) => void,
): void {
  let rest = '';
  let second = 0;
  let lines = 0;
  let dropped = 0;
  const pass = (line: string): void => {
    const now = Math.trunc(performance.now() / 1000);
    if (now !== second) {
      if (dropped > 0) onDrop(dropped);
      [second, lines, dropped] = [now, 0, 0];
    }
    if (++lines > MAX_LINES) dropped++;
    else if (line.trim() !== '') onLine(line);
  };
  stream.setEncoding('utf8');
  stream.on('error', () => {});
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop()!.slice(0, MAX_LINE);
    for (const line of parts) pass(line.slice(0, MAX_LINE).replace(/\r$/, ''));
  });
  stream.on('end', () => {
    if (rest !== '') pass(rest);
    if (dropped > 0) onDrop(dropped);
  });
}
