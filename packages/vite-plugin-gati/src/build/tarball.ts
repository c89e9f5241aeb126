import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createTar } from 'nanotar';
import type { EmittedFile } from '../emit/docker.ts';

/** The time that npm gives to all files of a package, so that the same files are the same bytes. */
const TIME = Date.parse('1985-10-26T08:15:00.000Z');
/** RFC 1952, section 2.3.1: the byte that tells on which system it was packed; 255 is unknown. */
const SYSTEM_BYTE = 9;
const UNKNOWN = 255;
/** An archive ends in two empty blocks, whatever it was padded to. */
const END = Buffer.alloc(1024);

/** A package as `npm pack` makes it. Paths have 100 bytes at most with `package/` before them. Same files, same bytes. */
export async function toTarball(files: EmittedFile[]): Promise<Buffer> {
  const tar = createTar(
    files.map(({ path, text }) => ({ name: `package/${path}`, data: text })),
    { attrs: { mtime: TIME, mode: '644', uid: 0, gid: 0, user: '', group: '' } },
  );
  const packed = await promisify(gzip)(Buffer.concat([tar, END]));
  packed[SYSTEM_BYTE] = UNKNOWN;
  return packed;
}
