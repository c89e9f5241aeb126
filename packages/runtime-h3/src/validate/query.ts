import { NullObject, isPrototypeName } from './prototype-safety.ts';

export type Query = Record<string, string | string[] | undefined>;

/** Thrown for a query or an urlencoded form that is rejected. */
export class QueryError extends Error {
  readonly reason: 'encoding' | 'prototype' | 'count';
  constructor(reason: 'encoding' | 'prototype' | 'count') {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Parses `application/x-www-form-urlencoded`, without the `?`. A repeated name gives an array.
 *
 * @throws {QueryError} when the text is malformed, has a forbidden name or more than `maxFields`
 * fields
 */
export function parseQuery(text: string, maxFields = 10_000): Query {
  const query: Query = new NullObject();
  let from = 0;
  let fields = 0;
  let equals = -1;
  while (from < text.length) {
    const end = indexOfOrEnd(text, '&', from);
    if (end > from) {
      if (++fields > maxFields) throw new QueryError('count');
      if (equals < from) equals = indexOfOrEnd(text, '=', from);
      const split = Math.min(equals, end);
      const name = decode(text.slice(from, split));
      if (isPrototypeName(name)) throw new QueryError('prototype');
      const value = split === end ? '' : decode(text.slice(split + 1, end));
      const before = query[name];
      if (before === undefined) query[name] = value;
      else if (typeof before === 'string') query[name] = [before, value];
      else before.push(value);
    }
    from = end + 1;
  }
  return query;
}

function indexOfOrEnd(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found;
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw new QueryError('encoding');
  }
}
