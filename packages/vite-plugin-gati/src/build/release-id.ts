import { createHash } from 'node:crypto';

/** Stands in the code while it is bundled, since the real id is made from that code. Both have the same length. */
export const RELEASE_ID_PLACEHOLDER = 'rel_0000000000000000';

/** SHA-256 of a bundle's code, hex. The order of the files does not matter. */
export function digestCode(chunks: { fileName: string; code: string }[]): string {
  const hash = createHash('sha256');
  for (const { fileName, code } of [...chunks].sort((a, b) => (a.fileName < b.fileName ? -1 : 1))) {
    hash.update(`${fileName}\0${code.length}\0`).update(code);
  }
  return hash.digest('hex');
}
