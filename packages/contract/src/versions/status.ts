/**
 * Status of a release in a release store.
 *
 * | status | meaning | requests |
 * |---|---|---|
 * | `staged` | stored, never activated | none |
 * | `live` | activated | all |
 * | `deprecated` | live; clients are asked to move to a newer release | all |
 * | `withdrawn` | rolled back | those that name its exact version |
 * | `retired` | its code no longer runs | none: 410, or a newer release through migrations |
 */
export type ReleaseStatus = 'staged' | 'live' | 'deprecated' | 'withdrawn' | 'retired';

/** `live` or `deprecated`: a request without a version, a time or a range can resolve to it. */
export function isLive(status: ReleaseStatus): boolean {
  return status === 'live' || status === 'deprecated';
}

/** `live`, `deprecated` or `withdrawn`: its code runs when a request names its exact version. */
export function isRunnable(status: ReleaseStatus): boolean {
  return isLive(status) || status === 'withdrawn';
}

/**
 * `live`, `deprecated` or `retired`: part of the version history that clients see. Times and ranges
 * match only these releases.
 */
export function isListed(status: ReleaseStatus): boolean {
  return isLive(status) || status === 'retired';
}

/** `withdrawn` or `retired`: was live once, and now gets few requests or none. */
export function isOver(status: ReleaseStatus): boolean {
  return status === 'withdrawn' || status === 'retired';
}
