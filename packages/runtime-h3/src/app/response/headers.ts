import type { HeaderList } from '../../types/exchange.ts';
import type { VersionEntry } from '../versions/entry.ts';

/**
 * Headers that every response has. To add one, add its name and its value here: each writer of a
 * response includes this list, and `test/…/every-response.test.ts` proves it for all of them.
 *
 * Routes pay nothing for it, since the list becomes part of the release headers, which are built
 * once for each release.
 */
export const EVERY_RESPONSE: HeaderList = [];

/** For responses that describe one moment: the choice of a version, and probes. */
export const NO_STORE: readonly string[] = ['cache-control', 'no-store'];

/** Headers that belong to the connection and the framing of a message, so handlers can't set them. */
const FRAMING = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'trailer',
]);

/** Adds the headers of one request to the headers of its release, and the handler's to both. */
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

/** The handler's headers replace the framework's, except `vary` and `link`, which may be repeated. */
function mergeHandlerHeaders(headers: HeaderList, fields: Headers): HeaderList {
  const merged: HeaderList = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (name === 'vary' || name === 'link' || !fields.has(name))
      merged.push(name, headers[index + 1] as string);
  }
  for (const [name, value] of fields) if (!FRAMING.has(name)) merged.push(name, value);
  return merged;
}

/**
 * Headers of every response of one release: its version and id, links through the version history
 * (RFC 5829), `Deprecation` (RFC 9745) and `Sunset` (RFC 8594). The links are relative: they lead to
 * the same resource in another version.
 */
export function releaseHeaders(
  entry: VersionEntry,
  successor: VersionEntry | undefined,
  latest: VersionEntry | undefined,
  base: string,
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
    'X-API-Version',
    'link',
    links.join(', '),
    ...(deprecatedAt === undefined
      ? []
      : ['deprecation', `@${Math.floor(Date.parse(deprecatedAt) / 1000)}`]),
    ...(sunsetAt === undefined ? [] : ['sunset', new Date(sunsetAt).toUTCString()]),
    ...EVERY_RESPONSE,
  ];
}

/** Release headers of responses that belong to no release. */
export function noReleaseHeaders(base: string): HeaderList {
  return ['vary', 'X-API-Version', 'link', historyLink(base), ...EVERY_RESPONSE];
}

/** A value of `Link` to the requested resource in another version. */
export function versionLink(version: string, rel: string): string {
  return `<?api-version=${encodeURIComponent(version)}>; rel="${rel}"`;
}

function historyLink(base: string): string {
  return `<${base}/versions>; rel="version-history"`;
}

/** Header lines of HTTP/1.1, each ended by CRLF. A line break in a value becomes a space. */
export function printHeaders(headers: HeaderList): string {
  let lines = '';
  for (let index = 0; index < headers.length; index += 2)
    lines += `${headers[index]}: ${headers[index + 1]?.replace(/[\r\n]/g, ' ')}\r\n`;
  return lines;
}

/** The form that `Headers` and `Response` take. */
export function toPairs(headers: HeaderList): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < headers.length; index += 2)
    pairs.push([headers[index] as string, headers[index + 1] as string]);
  return pairs;
}
