import type { Defs, Schema } from '../schema/ir.ts';
import { resolveRef } from '../schema/refs.ts';
import { describeSchema } from './describe-schema.ts';
import type { Literal } from './subtype/atoms.ts';
import type { Comparison } from './comparison.ts';

/**
 * A required property whose constant value differs in each object of a union, before and after the
 * change.
 */
export interface Discriminator {
  property: string;
  /** Value of the property in each member of the union. */
  before: Map<Schema, Literal>;
  after: Map<Schema, Literal>;
}

export function findDiscriminator(
  { beforeDefs, afterDefs }: Comparison,
  before: Schema[],
  after: Schema[],
): Discriminator | undefined {
  const [from, to] = [before.filter(isObject), after.filter(isObject)];
  if (from.length === 0 || to.length === 0 || from.length + to.length < 3) return undefined;
  for (const property of from[0]!.required ?? []) {
    const [old, now] = [
      constantsOf(from, property, beforeDefs),
      constantsOf(to, property, afterDefs),
    ];
    if (old && now) return { property, before: old, after: now };
  }
  return undefined;
}

/**
 * Returns the label of a union member: `(kind=card)` if there is a discriminator, otherwise a
 * description such as `(string)`.
 *
 * @param removed The member is part of the union before the change.
 */
export function labelOf(
  { beforeDefs, afterDefs }: Comparison,
  member: Schema,
  discriminator: Discriminator | undefined,
  removed = false,
): string {
  const property =
    discriminator &&
    resolveRef(member, removed ? beforeDefs : afterDefs).properties?.[discriminator.property];
  const value = property && constantOf(property, removed ? beforeDefs : afterDefs);
  return value === undefined
    ? `(${describeSchema(member)})`
    : `(${discriminator!.property}=${String(value)})`;
}

/**
 * Returns the values of a property if all members require it, each with another constant; otherwise
 * `undefined`.
 */
export function constantsOf(
  members: Schema[],
  property: string,
  defs: Defs,
): Map<Schema, Literal> | undefined {
  const values = new Map<Schema, Literal>();
  for (const member of members) {
    const schema = member.required?.includes(property) ? member.properties?.[property] : undefined;
    const value = schema && constantOf(schema, defs);
    if (value === undefined || [...values.values()].includes(value)) return undefined;
    values.set(member, value);
  }
  return values;
}

function constantOf(schema: Schema, defs: Defs): Literal | undefined {
  const { const: value, enum: values } = resolveRef(schema, defs);
  return value ?? (values?.length === 1 ? values[0] : undefined);
}

function isObject({ type }: Schema): boolean {
  return type === 'object';
}
