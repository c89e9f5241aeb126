import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createTar } from 'nanotar';
import type { EmittedFile } from '../../emit/file.ts';

/**
 * Modification time of all files, as in packages that npm packs. A fixed time gives the same bytes
 * for the same files.
 */
const TIME = Date.parse('1985-10-26T08:15:00.000Z');
/** Offset of the byte that names the operating system (RFC 1952, section 2.3.1); 255 is unknown. */
const SYSTEM_BYTE = 9;
const UNKNOWN = 255;
/** An archive ends with two empty blocks of 512 bytes. */
const END = Buffer.alloc(1024);

/**
 * Packs files as `npm pack` does. The same files give the same bytes. A path may have at most 100
 * bytes, including `package/` before it.
 */
export async function toTarball(files: EmittedFile[]): Promise<Buffer> {
  const tar = createTar(
    files.map(({ path, text }) => ({ name: `package/${path}`, data: text })),
    { attrs: { mtime: TIME, mode: '644', uid: 0, gid: 0, user: '', group: '' } },
  );
  const packed = await promisify(gzip)(Buffer.concat([tar, END]));
  packed[SYSTEM_BYTE] = UNKNOWN;
  return packed;
}
