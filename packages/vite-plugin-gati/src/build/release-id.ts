import { createHash } from 'node:crypto';

/**
 * Placeholder for the id while the code is bundled, because the id is a digest of that code. It has
 * the length of an id.
 */
export const RELEASE_ID_PLACEHOLDER = 'rel_0000000000000000';

/**
 * Placeholder for the version, which depends on the code too. It is longer than any version, and a
 * version is padded to its length, so that source maps stay valid.
 */
export const VERSION_PLACEHOLDER: string = 'gati-version-'.padEnd(64, '0');

const QUOTED_VERSION = new RegExp(`(["'\`])${VERSION_PLACEHOLDER}\\1`, 'g');

/** Replaces the placeholders with the id and the version. The length of the code stays the same. */
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

/** Returns the SHA-256 of a bundle's code in hex. It does not depend on the order of the files. */
export function digestCode(chunks: { fileName: string; code: string }[]): string {
  const hash = createHash('sha256');
  for (const { fileName, code } of [...chunks].sort((a, b) => (a.fileName < b.fileName ? -1 : 1))) {
    hash.update(`${fileName}\0${code.length}\0`).update(code);
  }
  return hash.digest('hex');
}
