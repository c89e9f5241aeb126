import { type GatiCode, GatiError } from '@gati/contract';
import type { Quarantine } from '../../ports.ts';

/** Creates an error of a release store or of a command on it. */
export function storeError(
  code: GatiCode,
  message: string,
  fix: string,
  cause?: unknown,
): GatiError {
  return new GatiError({ code, message, fix }, cause === undefined ? undefined : { cause });
}

/**
 * Creates the error for a release that servers took back after its activation.
 * @param current version that is current now; `undefined`: each server runs its own build
 */
export function quarantinedError(
  version: string,
  { reason, at, server }: Quarantine,
  current: string | undefined,
): GatiError {
  const now = current === undefined ? 'each server runs its own build' : `${current} is current`;
  return storeError(
    'GATI_RELEASE_QUARANTINED',
    `Release ${version} is quarantined: ${server} took it back at ${at}, and ${now}. ${reason}`,
    `Correct the cause and release again. If the cause was outside of the release, activate it again with \`gati activate ${version} --force\`.`,
  );
}
