import type { Schema } from '@gati/contract';
import { FRAMING_HEADERS, HTTP_METHODS, PANEL_PATH } from '@gati/contract/internal';
import { SAFE_METHODS, type SentHandshake, type SentRequest } from '../../api/playground.ts';
import { checkInput, closedObject } from '../../http/check-input.ts';
import { PanelError } from '../../http/problem.ts';
import type { AppFacts, RouteFacts } from '../app-facts.ts';
import { countWildcards, matchesTemplate } from '../match-template.ts';

/** Maximum number of characters of a text that names something. */
const MAX_TEXT = 500;
/** Maximum number of bytes of the input of a request, with its body in base64. */
export const MAX_INPUT_BYTES: number = 12 * 1024 * 1024;

const LINE: Schema = { type: 'string', maxLength: 16_384 };
const HEADERS: Schema = {
  type: 'array',
  maxItems: 100,
  items: { type: 'array', prefixItems: [LINE, LINE], minItems: 2, maxItems: 2 },
};
const PATH: Schema = { type: 'string', minLength: 1, maxLength: 16_384 };
const REASON: Schema = { type: 'string', maxLength: MAX_TEXT };
const BODY: Schema = {
  anyOf: [
    closedObject({ text: { type: 'string' } }),
    closedObject({ base64: { type: 'string', contentEncoding: 'base64' } }),
  ],
};
const REQUEST = closedObject(
  {
    method: { type: 'string', enum: [...HTTP_METHODS] },
    path: PATH,
    headers: HEADERS,
    body: BODY,
    reason: REASON,
  },
  ['body', 'reason'],
);
const HANDSHAKE = closedObject({ path: PATH, headers: HEADERS, reason: REASON }, ['reason']);

/** Headers that the panel's server sets itself, besides those of the framing. */
const OWN_HEADERS = new Set(['host', 'expect', 'te', 'proxy-connection', 'x-gati-client']);
const SOCKET_HEADERS = /^sec-websocket-(?:key|version|extensions|accept)$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]{1,200}$/;
// oxlint-disable-next-line no-control-regex -- RFC 9110, section 5.5: what a value may not contain
const NOT_IN_VALUES = /[\0-\x08\x0a-\x1f\x7f]|[^\0-\xff]/;

/** A request that may be sent, and the route that takes it. */
export interface CheckedRequest {
  method: string;
  path: string;
  headers: Record<string, string[]>;
  body: Buffer | undefined;
  route: RouteFacts;
  reason: string | undefined;
}

/**
 * Checks a request before it is sent.
 *
 * @param isSafe whether the client was authorised for methods that change nothing
 * @throws {PanelError} 400 when the input is malformed, or its path is not one of a route
 */
export function checkRequest(body: unknown, app: AppFacts, isSafe: boolean): CheckedRequest {
  const input = checkInput<SentRequest>(REQUEST, body);
  if (isSafe !== SAFE_METHODS.includes(input.method))
    throw inputError(`This address does not send ${input.method}.`);
  return {
    method: input.method,
    ...checkCommon(input.method, input, app),
    body: input.body && toBytes(input.body),
  };
}

/**
 * Checks a handshake before it is sent.
 *
 * @throws {PanelError} 400, as {@link checkRequest}
 */
export function checkHandshake(body: unknown, app: AppFacts): Omit<CheckedRequest, 'body'> {
  const input = checkInput<SentHandshake>(HANDSHAKE, body);
  return { method: 'WS', ...checkCommon('WS', input, app) };
}

function checkCommon(
  method: string,
  { path, headers, reason }: SentHandshake,
  app: AppFacts,
): Pick<CheckedRequest, 'path' | 'headers' | 'route' | 'reason'> {
  return {
    path,
    headers: checkHeaders(headers),
    route: findRoute(method, path, app),
    reason: reason?.trim() || undefined,
  };
}

/**
 * Finds a route by a path, so that nothing else on this port can be reached: not the panel, not the
 * files of a development server. Any method is accepted, since people also test the 405. The route
 * is then another one of the path.
 */
function findRoute(method: string, path: string, { routes }: AppFacts): RouteFacts {
  const [pathname] = path.split('?', 1);
  const isPlain = /^\/[!-~]*$/.test(path) && !path.includes('#') && !path.includes('\\');
  if (!isPlain || hasDotSegment(pathname!))
    throw inputError('The path must be absolute and encoded, without `.` and `..` segments.');
  const taking = routes
    .filter((each) => matchesTemplate(each.path, pathname!))
    .sort((a, b) => countWildcards(a.path) - countWildcards(b.path));
  const named = (wanted: string): RouteFacts | undefined =>
    taking.find((each) => each.method === wanted);
  const route = named(method) ?? (method === 'HEAD' ? named('GET') : undefined) ?? taking[0];
  if (!route || decoded(pathname!).startsWith(PANEL_PATH))
    throw new PanelError(400, 'no_route', 'No route of the app has this path.');
  return route;
}

const hasDotSegment = (path: string): boolean =>
  decoded(path)
    .split(/[/\\]/)
    .some((segment) => segment === '.' || segment === '..');

/** Decodes once and twice encoded dots, slashes and letters, for comparison only. */
function decoded(path: string): string {
  const once = (text: string): string =>
    text.replaceAll(/%([\da-f]{2})/gi, (_whole, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    );
  return once(once(path)).toLowerCase();
}

function checkHeaders(list: SentRequest['headers']): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const [given, value] of list) {
    const name = given.toLowerCase();
    if (!TOKEN.test(name)) throw inputError(`${JSON.stringify(given)} is not a header name.`);
    if (NOT_IN_VALUES.test(value))
      throw inputError(`The header ${name} has a value that HTTP can't send.`);
    if (FRAMING_HEADERS.has(name) || OWN_HEADERS.has(name) || SOCKET_HEADERS.test(name))
      throw inputError(`The server of the panel sets the header ${name} itself.`);
    (headers[name] ??= []).push(value);
  }
  return headers;
}

const toBytes = (body: NonNullable<SentRequest['body']>): Buffer =>
  'text' in body ? Buffer.from(body.text, 'utf8') : Buffer.from(body.base64, 'base64');

const inputError = (detail: string): PanelError => new PanelError(400, 'invalid_input', detail);
