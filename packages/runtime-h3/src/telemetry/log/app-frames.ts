/**
 * A frame of Vite, of Gati or of Node's own code. Gati's packages may be links, so that their path has
 * no `node_modules`.
 */
const FRAMEWORK =
  /[\\/]node_modules[\\/](?:vite|vite-node|vitest|@vitest[\\/][^\\/]+|vite-plugin-gati|@gati[\\/][^\\/]+)[\\/]|[\\/](?:vite-plugin-gati|runtime-h3)[\\/](?:dist|src)[\\/]|\(?node:(?:internal\/|async_hooks:)/;
const FRAME = /^ +at /;

/**
 * Leaves the frames of the framework out of a stack, and says how many there were. A stack without a
 * frame of the app stays as it is: its error is of the framework.
 */
export function toAppFrames(stack: string): string {
  const lines = stack.split('\n');
  const isFramework = (line: string): boolean => FRAME.test(line) && FRAMEWORK.test(line);
  const kept = lines.filter((line) => !isFramework(line));
  const hidden = lines.length - kept.length;
  if (hidden === 0 || !kept.some((line) => FRAME.test(line))) return stack;
  const last = kept.findLastIndex((line) => FRAME.test(line));
  const note = `    … ${hidden} ${hidden === 1 ? 'frame' : 'frames'} of the framework`;
  return kept.toSpliced(last + 1, 0, note).join('\n');
}
