import { randomBytes } from 'node:crypto';

const POOL = 256;
const BYTES = 10;
let pool = Buffer.alloc(0);
let at = POOL;

/** UUID v7 (RFC 9562): ids of one time stand together, so that an index of them grows at its end. */
export function createId(): string {
  if (at === POOL) {
    pool = randomBytes(POOL * BYTES);
    at = 0;
  }
  const random = pool.subarray(at * BYTES, ++at * BYTES);
  const time = Date.now().toString(16).padStart(12, '0');
  const hex = random.toString('hex');
  const variant = ((random[2]! & 0x3f) | 0x80).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant}${hex.slice(6, 8)}-${hex.slice(8, 20)}`;
}
