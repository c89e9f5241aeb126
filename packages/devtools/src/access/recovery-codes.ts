import { randomBytes } from 'node:crypto';

const COUNT = 10;
/** Characters that people do not confuse: without `i`, `l`, `o` and `u`. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 16;

/** Returns ten codes of 80 random bits: `k3f9-2m7q-…`. */
export function createRecoveryCodes(): string[] {
  return Array.from({ length: COUNT }, () => {
    const characters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]!);
    return characters.join('').replaceAll(/(.{4})(?=.)/g, '$1-');
  });
}

/** Returns the stored form of a code that a user has typed. */
export const normalizeRecoveryCode = (code: string): string =>
  code
    .toLowerCase()
    .replaceAll(/[^a-z\d]/g, '')
    .replaceAll(/(.{4})(?=.)/g, '$1-');
