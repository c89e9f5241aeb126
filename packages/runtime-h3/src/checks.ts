/**
 * Entry `@gati/runtime-h3/checks`: functions that compiled checks and serialisers call. Code that a
 * build prints imports this entry only; code compiled in development gets the same functions. They
 * decide as `explain` does, so that it can describe each value that a check rejects. Internal: for
 * generated code; changes without notice.
 */
import { formats } from './validate/formats.ts';
import { isMultiple } from './validate/keywords.ts';
import { hasUniqueItems } from './validate/unique-items.ts';

export { formats } from './validate/formats.ts';
export { stringifyWire as json } from './validate/encode.ts';
export { codePointCount } from './validate/keywords.ts';
export { once } from './validate/once.ts';

/** A predicate that compiled checks call for a keyword whose code would need TypeBox. */
export interface Refinement {
  check(value: unknown): boolean;
}

/** Checks `format` of a string. Other values and unknown formats pass. */
export function isFormat(name: string): Refinement {
  const test = formats[name];
  return { check: (value) => typeof value !== 'string' || test === undefined || test(value) };
}

export function isMultipleOf(divisor: number): Refinement {
  return { check: (value) => typeof value !== 'number' || isMultiple(value, divisor) };
}

export const isUnique: Refinement = {
  check: (value) => !Array.isArray(value) || hasUniqueItems(value),
};

/** Checks that a value is a file of a form. No JSON value is one. */
export const isFile: Refinement = { check: (value) => value instanceof Blob };

// oxlint-disable-next-line no-control-regex -- JSON escapes them (RFC 8259, section 7)
const ESCAPED = /[\u0000-\u001f"\\\ud800-\udfff]/;

/**
 * Returns a string as JSON text. Scanning a short string costs less than calling `JSON.stringify`.
 */
export function quote(text: string): string {
  const { length } = text;
  if (length > 40) return length > 5000 || ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 32 || unit === 34 || unit === 92 || (unit >= 0xd800 && unit <= 0xdfff))
      return JSON.stringify(text);
  }
  return `"${text}"`;
}
