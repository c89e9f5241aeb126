import type { JsonValue } from '@gati/contract';
import { findJsonError } from './json-error.ts';

interface RawJson {
  rawJSON: string;
}
interface JsonWithRaw {
  rawJSON?(text: string): RawJson;
  isRawJSON?(value: unknown): boolean;
}
const engine = JSON as unknown as JsonWithRaw;

/**
 * Parses JSON. Numbers that JavaScript would round keep their digits where the browser has
 * `JSON.rawJSON`.
 */
export function parseJson(text: string): JsonValue {
  return JSON.parse(text, function (_key, value: unknown, context?: { source?: string }) {
    const { source } = context ?? {};
    const isRounded = typeof value === 'number' && source !== undefined && String(value) !== source;
    return isRounded && engine.rawJSON && !isSame(source, value as number)
      ? engine.rawJSON(source)
      : value;
  } as (key: string, value: unknown) => unknown) as JsonValue;
}

/** `1.0` and `1e2` are other texts of the same number; `12345678901234567890` is not. */
const isSame = (source: string, value: number): boolean =>
  source.replace(/\D/g, '').replace(/^0+|0+$/g, '').length <= 15 && Number.isFinite(value);

/** A number that JavaScript can't represent. */
export const isRawNumber = (value: unknown): boolean => engine.isRawJSON?.(value) ?? false;

export const printJson = (value: unknown): string => JSON.stringify(value, undefined, 2);

export const isObject = (value: unknown): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);

/** Result of parsing what a user types. `at` is an offset; `line` and `column` begin at 1. */
export type Parsed =
  | { ok: true; value: JsonValue }
  | { ok: false; message: string; at: number; line: number; column: number };

export function tryParse(text: string): Parsed {
  try {
    return { ok: true, value: parseJson(text) };
  } catch {
    const at = findJsonError(text);
    const before = text.slice(0, at).split('\n');
    const found = text.slice(at, at + 1);
    const message =
      found === '' ? 'the JSON ends too early' : `unexpected ${found.trim() || 'white space'}`;
    return { ok: false, message, at, line: before.length, column: before.at(-1)!.length + 1 };
  }
}

/** Returns a copy in which the value at a path is replaced; `undefined` removes it. */
export function setAt(
  value: JsonValue | undefined,
  path: readonly (string | number)[],
  next: JsonValue | undefined,
): JsonValue | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  if (typeof key === 'number') {
    const list = Array.isArray(value) ? [...value] : [];
    const inner = setAt(list[key], rest, next);
    if (inner === undefined) list.splice(key, 1);
    else list[key] = inner;
    return list;
  }
  const object = isObject(value) ? value : {};
  const inner = setAt(Object.hasOwn(object, key) ? object[key] : undefined, rest, next);
  const entries = Object.entries(object).filter(([name]) => inner !== undefined || name !== key);
  if (inner !== undefined && !Object.hasOwn(object, key)) entries.push([key, inner]);
  return Object.fromEntries(entries.map(([name, each]) => [name, name === key ? inner! : each]));
}
