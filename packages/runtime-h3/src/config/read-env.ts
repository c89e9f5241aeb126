import { GatiError } from '@gati/contract';

/** Environment variables of a process. */
export type Env = Record<string, string | undefined>;

/**
 * Reads a whole number. An empty value counts as absent.
 *
 * @throws {GatiError} GATI_BAD_ENV when the value is not a whole number, or is out of range
 */
export function readInteger(
  env: Env,
  name: string,
  min: number,
  max: number,
  expected: string,
): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) throw badEnvError(name, text, expected);
  return value;
}

/** @param expected completes "Set NAME to …" in the fix */
export function badEnvError(name: string, value: string, expected: string): GatiError {
  return new GatiError({
    code: 'GATI_BAD_ENV',
    message: value === '' ? `${name} is missing.` : `${name}=${value} can't be used.`,
    fix: `Set ${name} to ${expected}${name === 'GATI_DOMAIN' ? '' : ', or remove it'}.`,
  });
}
