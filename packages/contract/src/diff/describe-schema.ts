import type { Schema } from '../schema/ir.ts';
import { isAny } from './subtype/normaliser.ts';

/** Describes a schema in a few words, for the message of a change. */
export function describeSchema(schema: Schema): string {
  if (isAny(schema)) return 'anything';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return shorten(schema.enum.map((value) => JSON.stringify(value)).join(' | '));
  if (schema.anyOf) return shorten(schema.anyOf.map(describeSchema).join(' | '));
  const kind = schema['x-gati-codec'] ?? schema.format ?? schema.type ?? 'a combined type';
  return schema.title ? `${schema.title} (${kind})` : kind;
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
