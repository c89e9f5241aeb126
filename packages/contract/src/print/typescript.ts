import type { Codec, Schema } from '../schema/ir.ts';
import { refName } from '../schema/refs.ts';
import { jsDoc, propertyKey, toLiteral } from './literals.ts';

/** Whether the client sends or receives a value: it can send a `Date`, but receives a string. */
export type Direction = 'request' | 'response';

/** Options of {@link toTypeScript}. */
export interface TypeScriptOptions {
  direction: Direction;
  /**
   * Returns the type name of a definition in this direction. Default: the name of the definition.
   */
  nameOf?: (definition: string) => string;
  /** Prefix of each line after the first. */
  indent?: string;
}

const CODECS: Record<Exclude<Codec, 'set' | 'map'>, Record<Direction, string[]>> = {
  date: { request: ['string', 'Date'], response: ['string'] },
  bigint: { request: ['string', 'bigint'], response: ['string'] },
  bytes: { request: ['string'], response: ['string'] },
  file: { request: ['File', 'Blob'], response: ['File', 'Blob'] },
};

/**
 * Prints the TypeScript type of a schema, as a client sends or receives its values.
 *
 * @example
 * toTypeScript({ type: 'array', items: {} }, { direction: 'response' }); // unknown[]
 */
export function toTypeScript(schema: Schema, options: TypeScriptOptions): string {
  return joinUnion(unionOf(schema, options));
}

/** Returns the members of the union that a schema describes, or the only type. */
function unionOf(schema: Schema, options: TypeScriptOptions): string[] {
  const codec = schema['x-gati-codec'];
  if (codec && codec !== 'set' && codec !== 'map') return CODECS[codec][options.direction];

  const facts: string[][] = [];
  if (schema.$ref !== undefined)
    facts.push([options.nameOf?.(refName(schema.$ref)) ?? refName(schema.$ref)]);
  if (schema.anyOf) facts.push(schema.anyOf.flatMap((member) => unionOf(member, options)));
  for (const member of schema.allOf ?? []) facts.push(unionOf(member, options));
  if (schema.const !== undefined) facts.push([toLiteral(schema.const)]);
  else if (schema.enum) facts.push(schema.enum.map(toLiteral));
  else facts.push(...structure(schema, options));
  if (schema.not && Object.keys(schema.not).length === 0) facts.push(['never']);

  const distinct = new Map(facts.map((members) => [joinUnion(members), members]));
  distinct.delete('unknown');
  if (distinct.size <= 1) return [...distinct.values()][0] ?? ['unknown'];
  return [[...distinct.values()].map(parenthesized).join(' & ')];
}

function structure(schema: Schema, options: TypeScriptOptions): string[][] {
  const type =
    schema.type ??
    (schema.properties ? 'object' : schema.prefixItems || schema.items ? 'array' : undefined);
  if (type === undefined) return [];
  if (type === 'integer') return [['number']];
  if (type === 'array') return [[array(schema, options)]];
  if (type !== 'object') return [[type]];
  // `type: 'object'` beside alternatives or a reference adds nothing to their types.
  const bare =
    !schema.properties && schema.additionalProperties === undefined && !schema.propertyNames;
  return bare && (schema.anyOf || schema.allOf || schema.$ref !== undefined)
    ? []
    : [[object(schema, options)]];
}

function array(schema: Schema, options: TypeScriptOptions): string {
  const item = schema.items ? unionOf(schema.items, options) : ['unknown'];
  if (!schema.prefixItems) return schema.items === false ? '[]' : `${parenthesized(item)}[]`;
  const least = schema.minItems ?? 0;
  const fixed = schema.prefixItems.map((member, index) => {
    const members = unionOf(member, options);
    return index < least ? joinUnion(members) : `${parenthesized(members)}?`;
  });
  return `[${[...fixed, ...(schema.items === false ? [] : [`...${parenthesized(item)}[]`])].join(', ')}]`;
}

function object(schema: Schema, options: TypeScriptOptions): string {
  const outer = options.indent ?? '';
  const inner = { ...options, indent: `${outer}  ` };
  const required = new Set(schema.required);
  const rest = schema.additionalProperties;
  const properties = new Map(Object.entries(schema.properties ?? {}));
  const keys =
    schema.propertyNames?.enum ??
    (schema.propertyNames?.const === undefined ? undefined : [schema.propertyNames.const]);
  for (const key of keys ?? []) {
    if (!properties.has(String(key)))
      properties.set(String(key), typeof rest === 'object' ? rest : {});
  }

  const values: string[] = [];
  const lines = [...properties].map(([name, property]) => {
    const members = unionOf(property, inner);
    const optional = !required.has(name);
    values.push(...members, ...(optional ? ['undefined'] : []));
    return `${jsDoc(property, inner.indent)}${inner.indent}${propertyKey(name)}${optional ? '?' : ''}: ${joinUnion(members)};\n`;
  });
  if (typeof rest === 'object' && !keys) {
    // TypeScript requires each named property to match the index signature too.
    lines.push(
      `${inner.indent}[key: string]: ${joinUnion([...unionOf(rest, inner), ...values])};\n`,
    );
  }
  if (lines.length > 0) return `{\n${lines.join('')}${outer}}`;
  return rest === false ? 'Record<string, never>' : 'Record<string, unknown>';
}

function joinUnion(members: string[]): string {
  const distinct = [...new Set(members)];
  if (distinct.includes('unknown')) return 'unknown';
  const inhabited = distinct.filter((member) => member !== 'never');
  return inhabited.join(' | ') || 'never';
}

/** Prints a union that `[]` or `&` can follow. */
function parenthesized(members: string[]): string {
  const text = joinUnion(members);
  return new Set(members).size > 1 || / & /.test(text) ? `(${text})` : text;
}
