import { createHash } from 'node:crypto';

/**
 * Hashes an id that may be personal data. Equal ids have equal hashes, also in other processes. A
 * short id can be found by trying all of them.
 */
export const hashId = (id: string): string =>
  createHash('sha256').update(id).digest('hex').slice(0, 16);
