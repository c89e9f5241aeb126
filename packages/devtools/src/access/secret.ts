import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Returns 256 random bits as 43 characters that need no escape in a URL. */
export const createSecret = (): string => randomBytes(32).toString('base64url');

/**
 * Returns the hash of a secret with 256 random bits, which is stored in place of the secret. A slow
 * hash would help only for secrets that can be guessed.
 */
export const hashSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url');

/** Compares two strings in a time that depends on neither. */
export function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
