import type { Exchange } from '../../types/exchange.ts';

/** Part of a request that determines its version. */
export interface VersionedRequest {
  readonly exchange: Exchange;
  /** Path below the base. `undefined`: the target can't be a route. */
  readonly path: string | undefined;
  /** Query without the `?`. */
  search: string;
}

const PARAMETER = 'api-version';
/** A query that does not match has no version, however it is encoded. */
const MAY_NAME_VERSION = /version|%/;

/**
 * Returns the version that a request names in its header or in its query; an array if it names
 * several, which the resolver rejects. The version is removed from `search`, since it is not a
 * field of the route.
 */
export function takeVersion(request: VersionedRequest): string | string[] | undefined {
  const header = request.exchange.header('x-api-version');
  if (request.search === '' || !MAY_NAME_VERSION.test(request.search)) return header;
  const values: string[] = [];
  const rest: string[] = [];
  for (const field of request.search.split('&')) {
    const at = field.indexOf('=');
    if (decode(at === -1 ? field : field.slice(0, at)) === PARAMETER)
      values.push(decode(at === -1 ? '' : field.slice(at + 1)));
    else rest.push(field);
  }
  if (values.length === 0) return header;
  request.search = rest.join('&');
  if (header !== undefined) values.push(header);
  return values.length === 1 ? values[0] : values;
}

function decode(text: string): string {
  try {
    // A `+` stays: it belongs to a range or an offset more often than it is a space, which no
    // version has.
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
