import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Opening a pipe without a writer would wait for one. Absent on Windows. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a file, and at most `most` bytes and one more: a longer file is cut, which no digest and no
 * parser accepts. Returns `undefined` when the file is missing, or is no file but a folder, a pipe
 * or a device.
 */
export async function readLimited(path: string, most: number): Promise<Buffer | undefined> {
  const file = await open(path, FLAGS).catch(ignoreMissing);
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) return undefined;
    const bytes = Buffer.allocUnsafe(Math.min(found.size, most) + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** Turns "file not found" into `undefined`. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
