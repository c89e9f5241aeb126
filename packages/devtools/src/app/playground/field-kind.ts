import type { Defs, JsonValue, Schema } from '@gati/contract';
import { refName } from '@gati/contract';
import {
  alternativesOf,
  fieldsOf,
  isSecretSchema,
  lookUpIn,
  undeclaredField,
} from '@gati/contract/internal';
import { isSecretName } from '@gati/runtime-h3/browser';
import { isObject } from './json.ts';

/** How a form shows a value of a schema. */
export type FieldKind =
  | { kind: 'choice'; values: JsonValue[] }
  | { kind: 'number'; isInteger: boolean }
  | { kind: 'text'; isSecret: boolean; hint: string }
  | { kind: 'time'; format: 'date' | 'date-time' }
  | { kind: 'file'; isList: boolean }
  | { kind: 'object'; fields: NamedField[]; rest: Schema | undefined }
  | { kind: 'list'; items: Schema }
  | { kind: 'union'; choices: UnionChoice[] }
  /** No form can show it. */
  | { kind: 'json' };

export interface NamedField {
  name: string;
  schema: Schema;
  isRequired: boolean;
}

export interface UnionChoice {
  label: string;
  schema: Schema;
}

export function fieldKind(schema: Schema, $defs: Defs, name: string): FieldKind {
  const alternatives = alternativesOf(schema, lookUpIn($defs));
  const literals = alternatives.map(literalsOf);
  if (literals.length > 0 && literals.every((values) => values !== undefined))
    return { kind: 'choice', values: literals.flat() as JsonValue[] };
  if (alternatives.length > 1) {
    if (alternatives.every(({ type }) => type === 'number' || type === 'integer'))
      return { kind: 'number', isInteger: false };
    return { kind: 'union', choices: unionChoices(schema, alternatives, $defs) };
  }
  const [only] = alternatives;
  return only ? kindOfOne(only, $defs, name) : { kind: 'json' };
}

function literalsOf({ const: constant, enum: members, type }: Schema): JsonValue[] | undefined {
  if (constant !== undefined) return [constant];
  if (members) return members;
  if (type === 'boolean') return [true, false];
  return type === 'null' ? [null] : undefined;
}

function kindOfOne(schema: Schema, $defs: Defs, name: string): FieldKind {
  const { type, format, contentEncoding } = schema;
  const codec = schema['x-gati-codec'];
  if (codec === 'file') return { kind: 'file', isList: false };
  if (type === 'integer' || type === 'number')
    return { kind: 'number', isInteger: type === 'integer' };
  if (type === 'string') {
    if (format === 'date' || format === 'date-time') return { kind: 'time', format };
    const hint = contentEncoding ?? (format === undefined ? '' : format);
    return { kind: 'text', isSecret: isSecretSchema(schema) || isSecretName(name), hint };
  }
  if (type === 'array') {
    const { items, prefixItems } = schema;
    if (prefixItems || items === false) return { kind: 'json' };
    const inner = alternativesOf(items ?? {}, lookUpIn($defs));
    if (inner.length > 0 && inner.every((each) => each['x-gati-codec'] === 'file'))
      return { kind: 'file', isList: true };
    return { kind: 'list', items: items ?? {} };
  }
  if (type === 'object' || schema.properties || schema.allOf) {
    const named = [...fieldsOf(schema, $defs)].map(([key, field]): NamedField => ({
      name: key,
      schema: field.schema,
      isRequired: field.required,
    }));
    return { kind: 'object', fields: named, rest: undeclaredField(schema, $defs) };
  }
  return { kind: 'json' };
}

function unionChoices(schema: Schema, alternatives: Schema[], $defs: Defs): UnionChoice[] {
  // Alternatives with names of their own are shown by them.
  const given = schema.anyOf?.length === alternatives.length ? schema.anyOf : alternatives;
  const labels = alternatives.map((each, at) => labelOf(each, given[at]!, $defs));
  return alternatives.map((each, at) => ({
    label: labels.indexOf(labels[at]!) === at ? labels[at]! : `${labels[at]!} (${at + 1})`,
    schema: each,
  }));
}

function labelOf(schema: Schema, given: Schema, $defs: Defs): string {
  const tag = [...fieldsOf(schema, $defs)].find(
    ([, field]) => resolve(field.schema, $defs)?.const !== undefined,
  );
  if (tag) return `${tag[0]}: ${String(resolve(tag[1].schema, $defs)!.const)}`;
  if (given.$ref !== undefined) return refName(given.$ref);
  const literals = literalsOf(schema);
  if (literals && schema.type !== 'boolean') return literals.map(String).join(', ');
  return schema.title ?? schema.format ?? schema.type ?? 'anything';
}

const resolve = (schema: Schema, $defs: Defs): Schema | undefined =>
  alternativesOf(schema, lookUpIn($defs))[0];

/** Returns the choice that a value belongs to, by its type and by its constant properties. */
export function choiceOf(
  value: JsonValue | undefined,
  choices: readonly UnionChoice[],
  $defs: Defs,
): number {
  const score = ({ schema }: UnionChoice): number => {
    const { type, const: constant, enum: members, properties } = schema;
    if (constant !== undefined) return constant === value ? 3 : -1;
    if (members) return (members as JsonValue[]).includes(value ?? null) ? 3 : -1;
    if (type !== undefined && !hasType(value, type)) return -1;
    if (!isObject(value) || !properties) return 1;
    let points = 1;
    for (const [name, property] of Object.entries(properties)) {
      const expected = resolve(property, $defs)?.const;
      if (expected !== undefined && value[name] !== expected) return 0;
      if (Object.hasOwn(value, name)) points++;
    }
    return points;
  };
  const scores = choices.map(score);
  const best = Math.max(...scores);
  return best < 0 ? -1 : scores.indexOf(best);
}

function hasType(value: JsonValue | undefined, type: NonNullable<Schema['type']>): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/** Reads what a user types into a field of numbers. Other text stays, so that it can be sent. */
export function readNumber(text: string): JsonValue | undefined {
  if (text === '') return undefined;
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text);
  const value = Number(text);
  return isNumber &&
    Number.isFinite(value) &&
    (!/^-?\d+$/.test(text) || Number.isSafeInteger(value))
    ? value
    : text;
}
