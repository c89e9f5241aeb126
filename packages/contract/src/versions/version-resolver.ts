import { parseVersionRequest, type VersionRequest } from './version-request.ts';
import {
  indexReleases,
  type ReleaseInfo,
  type Resolution,
  resolveVersion,
  type ResolveOptions,
} from './resolve-version.ts';

/**
 * Resolves the text of a version request. Results are cached by text.
 *
 * @param text As in {@link parseVersionRequest}.
 * @param now Milliseconds since 1970.
 */
export type VersionResolver<R extends ReleaseInfo> = (
  text: string | readonly string[] | undefined,
  now: number,
) => Resolution<R>;

/** Clients choose the keys, so the cache is bounded. */
const MAX_CACHED = 256;

/**
 * Creates a resolver for one state of the releases. Create a new one when the current release or a
 * status changes.
 */
export function createVersionResolver<R extends ReleaseInfo>(
  releases: readonly R[],
  options: ResolveOptions<R> = {},
): VersionResolver<R> {
  const index = indexReleases(releases);
  const cache = new Map<string, Resolution<R>>();
  const missing = resolveVersion(index, { kind: 'missing' }, options);
  return (text, now) => {
    if (text === undefined) return missing;
    const found = typeof text === 'string' ? cache.get(text) : undefined;
    if (found) return found;
    const request = parseVersionRequest(text, now);
    const resolution = resolveVersion(index, request, options);
    if (typeof text === 'string' && isLasting(request, now)) {
      if (cache.size >= MAX_CACHED) cache.clear();
      cache.set(text, resolution);
    }
    return resolution;
  };
}

/**
 * Whether a request still means the same later. A time in the future does not stay in the future,
 * and today's date means the current moment.
 */
function isLasting(request: VersionRequest, now: number): boolean {
  if (request.kind === 'time') return request.at < now;
  return request.kind !== 'invalid' || request.reason !== 'future';
}
