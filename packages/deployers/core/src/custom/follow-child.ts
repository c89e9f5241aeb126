import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/**
 * Passes on the lines of a process, and waits until it ends.
 *
 * @returns how it failed, for an error text; `undefined` for exit code 0
 */
export async function followChild(
  child: ChildProcessByStdio<null, Readable, Readable>,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', onLine);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return undefined;
  return code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
}
