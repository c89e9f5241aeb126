import fs from 'node:fs/promises';
import path from 'node:path';

/** Writes a file if its bytes would change, in one step, so that no reader sees half of it. */
export async function writeChanged(file: string, text: string): Promise<boolean> {
  const before = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (before === text) return false;
  await fs.mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await fs.writeFile(temporary, text);
  await fs.rename(temporary, file);
  return true;
}
