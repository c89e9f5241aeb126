import type { Schema } from '@gati/contract';
import { count } from '@gati/contract/internal';
import { formats } from './formats.ts';
import { hasUniqueItems } from './unique-items.ts';

/** Part of a walk that the check of a keyword uses. */
export interface Walker {
  /** Whether the walk has found enough violations. */
  readonly full: boolean;
  add(path: string, rule: string, message: string): void;
  fits(schema: Schema, value: unknown): boolean;
  visit(schema: Schema, value: unknown, path: string): void;
  /** Appends a key to the path of a value. */
  step(path: string, key: string | number): string;
}

const patterns = new Map<string, RegExp>();
function compilePattern(source: string): RegExp {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = new RegExp(source, 'u');
    patterns.set(source, pattern);
  }
  return pattern;
}

/** Counts code points, as JSON Schema does. */
export function codePointCount(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; length++)
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return length;
}

export function checkString(walk: Walker, schema: Schema, value: string, path: string): void {
  if (schema.minLength !== undefined && codePointCount(value) < schema.minLength) {
    walk.add(
      path,
      'minLength',
      schema.minLength === 1
        ? 'must not be empty'
        : `must have at least ${count(schema.minLength, 'character')}`,
    );
  }
  if (schema.maxLength !== undefined && codePointCount(value) > schema.maxLength) {
    walk.add(path, 'maxLength', `must have at most ${count(schema.maxLength, 'character')}`);
  }
  if (schema.format !== undefined && formats[schema.format]?.(value) === false)
    walk.add(path, 'format', `must be a valid ${schema.format}`);
  if (schema.contentEncoding === 'base64' && formats['base64']?.(value) === false)
    walk.add(path, 'contentEncoding', 'must be base64');
  if (schema.pattern !== undefined && !compilePattern(schema.pattern).test(value))
    walk.add(path, 'pattern', `must match ${schema.pattern}`);
}

export function checkNumber(walk: Walker, schema: Schema, value: number, path: string): void {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = schema;
  if (minimum !== undefined && !(value >= minimum))
    walk.add(path, 'minimum', `must be at least ${minimum}`);
  if (maximum !== undefined && !(value <= maximum))
    walk.add(path, 'maximum', `must be at most ${maximum}`);
  if (above !== undefined && !(value > above))
    walk.add(path, 'exclusiveMinimum', `must be greater than ${above}`);
  if (below !== undefined && !(value < below))
    walk.add(path, 'exclusiveMaximum', `must be less than ${below}`);
  if (multipleOf !== undefined && !isMultiple(value, multipleOf))
    walk.add(path, 'multipleOf', `must be a multiple of ${multipleOf}`);
}

/** Allows the same rounding error as the compiled checks, so that 0.3 is a multiple of 0.1. */
export function isMultiple(value: number, divisor: number): boolean {
  if (!Number.isFinite(value)) return true;
  if (Number.isInteger(value) && (1 / divisor) % 1 === 0) return true;
  const rest = value % divisor;
  return Math.min(Math.abs(rest), Math.abs(rest - divisor), Math.abs(rest + divisor)) < 1e-10;
}

export function checkArray(walk: Walker, schema: Schema, value: unknown[], path: string): void {
  const { minItems, maxItems, prefixItems = [], items } = schema;
  if (minItems !== undefined && value.length < minItems)
    walk.add(path, 'minItems', `must have at least ${count(minItems, 'item')}`);
  if (maxItems !== undefined && value.length > maxItems)
    walk.add(path, 'maxItems', `must have at most ${count(maxItems, 'item')}`);
  prefixItems.forEach((item, index) => {
    if (index < value.length) walk.visit(item, value[index], walk.step(path, index));
  });
  if (items === false) {
    if (value.length > prefixItems.length)
      walk.add(path, 'items', `must have at most ${count(prefixItems.length, 'item')}`);
  } else if (items !== undefined) {
    for (let index = prefixItems.length; index < value.length && !walk.full; index++)
      walk.visit(items, value[index], walk.step(path, index));
  }
  if (schema.uniqueItems === true && !hasUniqueItems(value)) {
    walk.add(path, 'uniqueItems', 'must not have the same item twice');
  }
}

export function checkObject(
  walk: Walker,
  schema: Schema,
  value: Record<string, unknown>,
  path: string,
): void {
  const {
    properties = {},
    required = [],
    additionalProperties: additional,
    propertyNames,
    minProperties,
    maxProperties,
  } = schema;
  for (const key of required)
    if (!Object.hasOwn(value, key)) walk.add(walk.step(path, key), 'required', 'is required');
  for (const [key, property] of Object.entries(properties)) {
    const optional = value[key] === undefined && !required.includes(key);
    if (Object.hasOwn(value, key) && !optional)
      walk.visit(property, value[key], walk.step(path, key));
  }
  const size = Object.keys(value).length;
  if (minProperties !== undefined && size < minProperties)
    walk.add(path, 'minProperties', `must have at least ${count(minProperties, 'field')}`);
  if (maxProperties !== undefined && size > maxProperties)
    walk.add(path, 'maxProperties', `must have at most ${count(maxProperties, 'field')}`);
  if ((additional === undefined || additional === true) && propertyNames === undefined) return;
  for (const key of Object.keys(value)) {
    if (walk.full) return;
    if (propertyNames !== undefined && !walk.fits(propertyNames, key))
      walk.add(walk.step(path, key), 'propertyNames', 'is not an allowed name');
    if (Object.hasOwn(properties, key)) continue;
    if (additional === false)
      walk.add(walk.step(path, key), 'additionalProperties', 'is not an allowed field');
    else if (typeof additional === 'object')
      walk.visit(additional, value[key], walk.step(path, key));
  }
}
