/**
 * What compiled checks and serialisers call: printed code imports this entry alone, and live code gets the same functions.
 * Semantics are those of `explain`, so whatever a check refuses can be named.
 */
import { formats } from './validate/formats.ts';
import { canonicalKey, isMultiple } from './validate/keywords.ts';

export { formats } from './validate/formats.ts';
export { stringifyWire as json } from './validate/encode.ts';
export { codePointCount } from './validate/keywords.ts';

export interface Refinement {
  check(value: unknown): boolean;
}

/** Of strings; other values have no format. An unknown format is an annotation. */
export function isFormat(name: string): Refinement {
  const test = formats[name];
  return { check: (value) => typeof value !== 'string' || test === undefined || test(value) };
}

export function isMultipleOf(divisor: number): Refinement {
  return { check: (value) => typeof value !== 'number' || isMultiple(value, divisor) };
}

export const isUnique: Refinement = {
  check: (value) => !Array.isArray(value) || new Set(value.map(canonicalKey)).size === value.length,
};

/** Only a form has files: no JSON value is one. */
export const isFile: Refinement = { check: (value) => value instanceof Blob };

// oxlint-disable-next-line no-control-regex -- JSON escapes them (RFC 8259, section 7)
const ESCAPED = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** A string as JSON text. Short ones are looked at here, since a call of `JSON.stringify` costs more than they do. */
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
