import type { RouteMethod } from '@gati/contract';
import { paramNames, splitConvention } from './route.ts';

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
/** Names that would make a client object thenable or change its prototype. */
const RESERVED = new Set(['then', '__proto__', 'constructor', 'prototype']);

/** `capture-payment` → `capturePayment`. */
export function toIdentifier(text: string): string {
  const joined = text.replace(
    /[^A-Za-z0-9_$]+(.)?/g,
    (_, next: string | undefined) => next?.toUpperCase() ?? '',
  );
  return /^\d/.test(joined) ? `_${joined}` : joined;
}

/** Names of methods on a collection, `/users`. */
const COLLECTION: Partial<Record<RouteMethod, string>> = { GET: 'list', POST: 'create' };
/** Names of methods on one item of a collection, `/users/:id`. */
const ITEM: Partial<Record<RouteMethod, string>> = {
  GET: 'get',
  PUT: 'replace',
  PATCH: 'update',
  DELETE: 'remove',
};
/**
 * Matches a plural, which names a collection. Does not match `address`, `status` and `analysis`.
 */
const PLURAL = /..[^\Wsui]s$/i;

/**
 * Returns what a method does with a collection or with one of its items. Depends on nothing but the
 * route, so that a new file never renames another route.
 */
function verbOf({ method, path }: { method: RouteMethod; path: string }): string | undefined {
  const segments = path.split('/').map((segment) => ({
    segment,
    isParam: /^[:*]/.test(segment),
  }));
  const last = segments.pop()!;
  if (!last.isParam) return PLURAL.test(last.segment) ? COLLECTION[method] : undefined;
  const parent = segments.at(-1);
  const isItem = last.segment.startsWith(':') && parent?.isParam === false;
  return isItem && PLURAL.test(parent.segment) ? ITEM[method] : undefined;
}

/**
 * Returns the path of a route in the client. A file with a `route` export gets its folders and its
 * own name. Any other file gets its static segments, then what it does: `list`, `create`, `get`,
 * `replace`, `update` or `remove` below a plural, otherwise method and parameters.
 * `users/[id].delete` → `users.remove`, `account.delete` → `account.delete`,
 * `files/[...path].get` → `files.getByPath`.
 */
export function toClientName(
  file: string,
  route: { method: RouteMethod; path: string },
  declared: boolean,
): string[] {
  const { segments } = splitConvention(file);
  const isPlain = segments.length > 0 && segments.every((segment) => !segment.startsWith('['));
  const endsInIndex = /(?:^|\/)index(?:\.[a-z]+)?$/.test(file);
  if (declared && isPlain && !endsInIndex) return segments.map(toIdentifier);
  const folders = segments.filter((segment) => !segment.startsWith('[')).map(toIdentifier);
  const verb = verbOf(route);
  if (verb !== undefined && folders.length > 0) return [...folders, verb];
  const params = paramNames(route.path).map((name) =>
    toIdentifier(name).replace(/^./, (first) => first.toUpperCase()),
  );
  const by = params.length > 0 ? `By${params.join('And')}` : '';
  return [...folders, route.method.toLowerCase() + by];
}

/**
 * Parses `export const name = 'payments.capture'`. Returns `undefined` for a name that a client
 * can't have.
 */
export function parseClientName(text: string): string[] | undefined {
  const parts = text.split('.');
  return parts.every((part) => IDENTIFIER.test(part) && !RESERVED.has(part)) ? parts : undefined;
}
