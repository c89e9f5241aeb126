import type { Defs, JsonValue, Schema } from '@gati/contract';
import { alternativesOf, lookUpIn } from '@gati/contract/internal';
import { VARIABLE } from '../../api/variables.ts';
import { isObject, isRawNumber } from './json.ts';

/** Values by name. */
export type Variables = Readonly<Record<string, string>>;

const ALONE = /^\{\{\s*([\w.-]{1,64})\s*\}\}$/;

/** Replaces `{{name}}` and collects the names that have no value. */
export interface Substitution {
  readonly missing: Set<string>;
  text(text: string): string;
  /** Replaces in all strings of a value. `schema` decides the type of a field that is one variable. */
  value(value: JsonValue, schema: Schema | undefined, $defs: Defs): JsonValue;
}

export function createSubstitution(variables: Variables): Substitution {
  const missing = new Set<string>();
  const text = (given: string): string =>
    given.replaceAll(VARIABLE, (whole, name: string) => {
      if (Object.hasOwn(variables, name)) return variables[name]!;
      missing.add(name);
      return whole;
    });
  const value = (given: JsonValue, schema: Schema | undefined, $defs: Defs): JsonValue => {
    if (typeof given === 'string') {
      const replaced = text(given);
      return ALONE.test(given) && replaced !== given ? convert(replaced, schema, $defs) : replaced;
    }
    if (Array.isArray(given))
      return given.map((item, at) => value(item, itemSchema(schema, at, $defs), $defs));
    if (!isObject(given) || isRawNumber(given)) return given;
    return Object.fromEntries(
      Object.entries(given).map(([name, each]) => [
        text(name),
        value(each, propertySchema(schema, name, $defs), $defs),
      ]),
    );
  };
  return { missing, text, value };
}

/** A field of numbers gets the number that a variable contains, not its text. */
export function convert(text: string, schema: Schema | undefined, $defs: Defs): JsonValue {
  if (!schema || acceptsString(schema, $defs)) return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

export function acceptsString(schema: Schema, $defs: Defs): boolean {
  return alternativesOf(schema, lookUpIn($defs)).some(
    ({ type, const: constant, enum: members }) =>
      type === 'string' ||
      typeof constant === 'string' ||
      (members?.some((member) => typeof member === 'string') ?? false) ||
      (type === undefined && constant === undefined && members === undefined),
  );
}

/** Returns the schema of a property, of the first alternative that has it. */
export function propertySchema(
  schema: Schema | undefined,
  name: string,
  $defs: Defs,
): Schema | undefined {
  if (!schema) return undefined;
  const lookUp = lookUpIn($defs);
  const parts = alternativesOf(schema, lookUp).flatMap((each) => [
    each,
    ...(each.allOf ?? []).flatMap((part) => alternativesOf(part, lookUp)),
  ]);
  for (const { properties } of parts)
    if (properties && Object.hasOwn(properties, name)) return properties[name];
  const rest = parts.find(({ additionalProperties }) => typeof additionalProperties === 'object');
  return rest?.additionalProperties as Schema | undefined;
}

export function itemSchema(
  schema: Schema | undefined,
  at: number,
  $defs: Defs,
): Schema | undefined {
  if (!schema) return undefined;
  const list = alternativesOf(schema, lookUpIn($defs)).find(
    ({ items, prefixItems }) => items !== undefined || prefixItems !== undefined,
  );
  return list?.prefixItems?.[at] ?? (typeof list?.items === 'object' ? list.items : undefined);
}
