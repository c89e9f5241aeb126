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

/**
 * Returns the path of a route in the client. A file with a `route` export gets its folders and its
 * own name. Any other file gets its static segments, then method and parameters:
 * `users/[id].delete` → `users.deleteById`.
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
