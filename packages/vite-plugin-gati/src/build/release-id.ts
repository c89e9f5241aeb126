import { createHash } from 'node:crypto';

/** Stands in the code while it is bundled, since the real id is made from that code. Both have the same length. */
export const RELEASE_ID_PLACEHOLDER = 'rel_0000000000000000';

/** The same for the version, which follows from the code too. As long as any that people write, so that source maps stay right. */
export const VERSION_PLACEHOLDER: string = 'gati-version-'.padEnd(64, '0');

const QUOTED_VERSION = new RegExp(`(["'\`])${VERSION_PLACEHOLDER}\\1`, 'g');

/** The code with what it is called, at the same length. */
export function nameRelease(
  code: string,
  { id, version }: { id: string; version: string },
): string {
  return code
    .replaceAll(RELEASE_ID_PLACEHOLDER, id)
    .replace(QUOTED_VERSION, (placeholder, quote: string) =>
      `${quote}${version}${quote}`.padEnd(placeholder.length),
    );
}

/** SHA-256 of a bundle's code, hex. The order of the files does not matter. */
export function digestCode(chunks: { fileName: string; code: string }[]): string {
  const hash = createHash('sha256');
  for (const { fileName, code } of [...chunks].sort((a, b) => (a.fileName < b.fileName ? -1 : 1))) {
    hash.update(`${fileName}\0${code.length}\0`).update(code);
  }
  return hash.digest('hex');
}
