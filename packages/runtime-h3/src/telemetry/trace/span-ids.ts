/** Ids per call for random bytes. */
const IDS = 256;
/** Hexadecimal digits per id. */
const DIGITS = 16;
let pool = '';
let next = IDS;

/** Draws the id of a span below a request: 16 hexadecimal digits. */
export function newSpanId(): string {
  if (next === IDS) {
    const bytes = crypto.getRandomValues(new Uint8Array((IDS * DIGITS) / 2));
    pool = Buffer.from(bytes.buffer).toString('hex');
    next = 0;
  }
  const at = next++ * DIGITS;
  return pool.slice(at, at + DIGITS);
}
