import { randomBytes } from 'node:crypto';

/** Number of ids that one call of `randomBytes` is for. */
const POOL_SIZE = 256;
/** Random bytes per id. */
const ID_BYTES = 10;
let pool = Buffer.alloc(0);
let next = POOL_SIZE;

/** Returns a UUID v7 (RFC 9562). They sort by time, so an index of them grows at its end. */
export function createId(): string {
  if (next === POOL_SIZE) {
    pool = randomBytes(POOL_SIZE * ID_BYTES);
    next = 0;
  }
  const random = pool.subarray(next * ID_BYTES, ++next * ID_BYTES);
  const time = Date.now().toString(16).padStart(12, '0');
  const hex = random.toString('hex');
  const variant = ((random[2]! & 0x3f) | 0x80).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant}${hex.slice(6, 8)}-${hex.slice(8, 20)}`;
}
