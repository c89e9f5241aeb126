import fs from 'node:fs/promises';
import path from 'node:path';
import { threadId } from 'node:worker_threads';

/** The last requested write of each file. */
const pendingWrites = new Map<string, Promise<unknown>>();

/**
 * Writes a file in one step, so that no reader sees half of it, if its bytes would change. Returns
 * whether they did. Writes of one file in one thread run one after another, in the order of calls.
 */
export function writeChanged(file: string, text: string | Buffer): Promise<boolean> {
  const previous = pendingWrites.get(file) ?? Promise.resolve();
  const writing = previous.then(
    () => write(file, text),
    () => write(file, text),
  );
  pendingWrites.set(file, writing);
  const remove = (): void => {
    if (pendingWrites.get(file) === writing) pendingWrites.delete(file);
  };
  writing.then(remove, remove);
  return writing;
}

async function write(file: string, text: string | Buffer): Promise<boolean> {
  const before = await fs.readFile(file).catch(() => undefined);
  if (before?.equals(typeof text === 'string' ? Buffer.from(text) : text)) return false;
  await fs.mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.${threadId}.tmp`;
  await fs.writeFile(temporary, text);
  await fs.rename(temporary, file);
  return true;
}
