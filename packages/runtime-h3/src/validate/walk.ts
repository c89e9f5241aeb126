import type { Schema } from '@gati/contract';
import { checkArray, checkNumber, checkObject, checkString, type Walker } from './keywords.ts';

/** A walk over a schema and a value. Decides how it follows references and chooses between branches. */
export interface SchemaWalker extends Walker {
  anyOf(branches: Schema[], value: unknown, path: string): void;
  ref(name: string, value: unknown, path: string): void;
}

/** Maximum depth of a walk. JSON that is nested this deep was rejected before. */
export const MAX_DEPTH = 512;

/** Adds the violations of one schema to a walk. */
export function walkValue(walk: SchemaWalker, schema: Schema, value: unknown, path: string): void {
  if (schema.$ref !== undefined) walk.ref(refName(schema.$ref), value, path);
  if (schema['x-gati-codec'] === 'file') {
    if (!(value instanceof Blob)) walk.add(path, 'type', 'must be a file');
    return;
  }
  if (schema.type !== undefined && !isType(schema.type, value))
    return walk.add(path, 'type', `must be ${withArticle(schema.type)}`);
  if (schema.const !== undefined && value !== schema.const)
    walk.add(path, 'const', `must be ${JSON.stringify(schema.const)}`);
  if (schema.enum !== undefined && !schema.enum.includes(value as never)) {
    const members = schema.enum.map((member) => JSON.stringify(member));
    walk.add(path, 'enum', `must be one of ${joinWords(members)}`);
  }
  if (schema.not !== undefined && walk.fits(schema.not, value))
    walk.add(path, 'not', 'is not allowed');
  if (schema.allOf !== undefined) for (const part of schema.allOf) walk.visit(part, value, path);
  if (schema.anyOf !== undefined) walk.anyOf(schema.anyOf, value, path);

  if (typeof value === 'string') checkString(walk, schema, value, path);
  else if (typeof value === 'number') checkNumber(walk, schema, value, path);
  else if (Array.isArray(value)) checkArray(walk, schema, value, path);
  else if (typeof value === 'object' && value !== null)
    checkObject(walk, schema, value as Record<string, unknown>, path);
}

export function refName($ref: string): string {
  return $ref.slice('#/$defs/'.length);
}

export function isType(type: NonNullable<Schema['type']>, value: unknown): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}

export function withArticle(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`;
}

export function joinWords(words: string[]): string {
  const shown = words.length > 20 ? [...words.slice(0, 20), '…'] : words;
  return shown.length < 2
    ? (shown[0] ?? 'nothing')
    : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
