import { createHash } from 'node:crypto';
import type { StoredRelease } from '../../../src/ports.ts';

export const bytes = (text: string): Uint8Array => Buffer.from(text);
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

export function record(version: string, text = version): StoredRelease {
  return {
    version,
    id: `rel_${digest(text).slice(0, 16)}`,
    date: '2026-01-02T03:04:05.000Z',
    files: [{ path: 'server/release.mjs', bytes: text.length, sha256: digest(text) }],
  };
}
