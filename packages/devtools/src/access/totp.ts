import { Secret, TOTP } from 'otpauth';

/** Seconds of one step, and number of steps by which a clock may be wrong. */
const PERIOD = 30;
const WINDOW = 1;

const create = (secret: string, label = ''): TOTP =>
  new TOTP({
    issuer: 'Gati panel',
    label,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD,
  });

/** Prints bytes as authenticator apps read them. */
export const toBase32 = (bytes: Buffer): string =>
  new Secret({ buffer: new Uint8Array(bytes).buffer }).base32;

/** Returns the address that authenticator apps read as a QR code (`otpauth://totp/…`). */
export const totpUri = (secret: string, name: string): string => create(secret, name).toString();

/**
 * Returns the time step whose code was given, or `undefined` for a wrong code. A caller accepts no
 * step twice.
 *
 * @param time epoch milliseconds
 */
export function findStep(secret: string, code: string, time: number): number | undefined {
  // Compares in constant time.
  const delta = create(secret).validate({ token: code, timestamp: time, window: WINDOW });
  return delta === null ? undefined : Math.floor(time / 1000 / PERIOD) + delta;
}
