import fs from 'node:fs/promises';
import path from 'node:path';
import { threadId } from 'node:worker_threads';

/** By file, the end of the last write that was asked for. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Writes a file if its bytes would change, in one step, so that no reader sees half of it.
 * In one thread, writes of one file come one after the other: the text asked for last is the one that stays.
 */
export function writeChanged(file: string, text: string | Buffer): Promise<boolean> {
  const before = turns.get(file) ?? Promise.resolve();
  const turn = before.then(
    () => write(file, text),
    () => write(file, text),
  );
  turns.set(file, turn);
  const leave = (): void => {
    if (turns.get(file) === turn) turns.delete(file);
  };
  turn.then(leave, leave);
  return turn;
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
