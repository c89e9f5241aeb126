import { FRAMING_HEADERS } from '@gati/contract/internal';
import type { HeaderList } from '../../types/exchange.ts';
import type { VersionEntry } from '../versions/entry.ts';

/**
 * Headers of every response. To add one, add its name and its value to this list: every writer of a
 * response includes it. The tests `every-response.test.ts` prove that for all of them.
 *
 * The list costs no time per request, because it becomes part of the release headers. These are
 * built once for each release.
 */
export const EVERY_RESPONSE: HeaderList = [
  // Browsers must not guess a content type: text could run as a script.
  'x-content-type-options',
  'nosniff',
];

/** Request headers that decide whether a URL is a page or a route: see `wantsPage`. */
export const PAGE_VARY = 'Accept, Sec-Fetch-Dest';

/** Forbids caching of a response that describes one moment, such as the state of a probe. */
export const NO_STORE: readonly string[] = ['cache-control', 'no-store'];

/**
 * Completes a list of release headers with those of the request, and then with those that the
 * handler assigned. Changes `headers`.
 */
export function completeHeaders(
  headers: HeaderList,
  requestId: string,
  cors: HeaderList | undefined,
  assignedHeaders: Headers | undefined,
): HeaderList {
  headers.push('x-request-id', requestId);
  if (cors !== undefined) headers.push(...cors);
  return assignedHeaders === undefined ? headers : mergeHandlerHeaders(headers, assignedHeaders);
}

/**
 * Replaces headers of the framework with those of the handler. `vary` and `link` may occur several
 * times, so both stay.
 */
function mergeHandlerHeaders(headers: HeaderList, assignedHeaders: Headers): HeaderList {
  const merged: HeaderList = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (name === 'vary' || name === 'link' || !assignedHeaders.has(name))
      merged.push(name, headers[index + 1] as string);
  }
  for (const [name, value] of assignedHeaders)
    if (!FRAMING_HEADERS.has(name)) merged.push(name, value);
  return merged;
}

export interface ReleaseHeaderOptions {
  base: string;
  /** Request headers that select the response of each URL. */
  vary: string;
}

/**
 * Returns the headers of every response of a release: its version and id, links through the version
 * history (RFC 5829), `Deprecation` (RFC 9745) and `Sunset` (RFC 8594). The links are relative:
 * they lead to the same resource in another version.
 */
export function releaseHeaders(
  entry: VersionEntry,
  successor: VersionEntry | undefined,
  latest: VersionEntry | undefined,
  { base, vary }: ReleaseHeaderOptions,
): HeaderList {
  const links = [
    ...(successor === undefined ? [] : [versionLink(successor.version, 'successor-version')]),
    ...(latest === undefined ? [] : [versionLink(latest.version, 'latest-version')]),
    historyLink(base),
  ];
  const { deprecatedAt, sunsetAt } = entry.served;
  return [
    'x-api-version',
    entry.version,
    'x-gati-release',
    entry.id,
    'vary',
    vary,
    'link',
    links.join(', '),
    ...(deprecatedAt === undefined
      ? []
      : ['deprecation', `@${Math.floor(Date.parse(deprecatedAt) / 1000)}`]),
    ...(sunsetAt === undefined ? [] : ['sunset', new Date(sunsetAt).toUTCString()]),
    ...EVERY_RESPONSE,
  ];
}

/** Returns the headers of every response that belongs to no release. */
export function noReleaseHeaders({ base, vary }: ReleaseHeaderOptions): HeaderList {
  return ['vary', vary, 'link', historyLink(base), ...EVERY_RESPONSE];
}

/** Returns a value of `Link` that leads to the requested resource in another version. */
export function versionLink(version: string, rel: string): string {
  return `<?api-version=${encodeURIComponent(version)}>; rel="${rel}"`;
}

function historyLink(base: string): string {
  return `<${base}/versions>; rel="version-history"`;
}

/**
 * Prints header lines of HTTP/1.1, each with CRLF at its end. A line break in a value becomes a
 * space.
 */
export function printHeaders(headers: HeaderList): string {
  let lines = '';
  for (let index = 0; index < headers.length; index += 2)
    lines += `${headers[index]}: ${headers[index + 1]?.replace(/[\r\n]/g, ' ')}\r\n`;
  return lines;
}

/** Converts a list to the pairs that `Headers` and `Response` accept. */
export function toPairs(headers: HeaderList): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < headers.length; index += 2)
    pairs.push([headers[index] as string, headers[index + 1] as string]);
  return pairs;
}
