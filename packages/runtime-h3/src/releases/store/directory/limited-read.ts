import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** With `O_NONBLOCK`, opening a pipe does not wait for a writer. Windows lacks the flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads at most `most` bytes of a file, and one more. A longer file is cut, so that no digest and
 * no parser accepts it. Returns `undefined` when the file is missing, or when the path is a folder,
 * a pipe or a device.
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
