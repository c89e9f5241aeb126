import type { Exchange } from '../../types/exchange.ts';

/** A request as far as its version matters. */
export interface VersionedRequest {
  readonly exchange: Exchange;
  /** Below the base; `undefined`: nothing that could be a route. */
  readonly path: string | undefined;
  /** Query without the `?`. */
  search: string;
}

const PARAMETER = 'api-version';
/** A query without these has no version in it, however it is encoded. */
const MAY_NAME_VERSION = /version|%/;

/**
 * What a request says about its version, by header and query together; one that is said twice is the resolver's to refuse.
 * The query's is taken out of it: it is no field of the route's.
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
    // A `+` of a range or an offset is meant as it stands more often than as a space, which no form of a version needs.
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
