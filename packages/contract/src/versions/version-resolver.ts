import { parseVersionRequest, type VersionRequest } from './version-request.ts';
import {
  indexReleases,
  type ReleaseInfo,
  type Resolution,
  resolveVersion,
  type ResolveOptions,
} from './resolve-version.ts';

/** Answers the same text without reading it again; `now` in milliseconds. */
export type VersionResolver<R extends ReleaseInfo> = (
  text: string | readonly string[] | undefined,
  now: number,
) => Resolution<R>;

/** Callers choose the texts, so what is remembered is bounded. */
const MAX_CACHED = 256;

/** A resolver over one state of the releases; make a new one when the pointer or a status moves. */
export function createVersionResolver<R extends ReleaseInfo>(
  releases: readonly R[],
  options: ResolveOptions<R> = {},
): VersionResolver<R> {
  const index = indexReleases(releases);
  const known = new Map<string, Resolution<R>>();
  const missing = resolveVersion(index, { kind: 'missing' }, options);
  return (text, now) => {
    if (text === undefined) return missing;
    const found = typeof text === 'string' ? known.get(text) : undefined;
    if (found) return found;
    const request = parseVersionRequest(text, now);
    const resolution = resolveVersion(index, request, options);
    if (typeof text === 'string' && isLasting(request, now)) {
      if (known.size >= MAX_CACHED) known.clear();
      known.set(text, resolution);
    }
    return resolution;
  };
}

/** Whether the same text means the same later: what is the future today may not be tomorrow, and today's date moves with the clock. */
function isLasting(request: VersionRequest, now: number): boolean {
  if (request.kind === 'time') return request.at < now;
  return request.kind !== 'invalid' || request.reason !== 'future';
}
