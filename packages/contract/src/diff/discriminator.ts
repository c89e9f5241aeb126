import type { Defs, Schema } from '../schema/ir.ts';
import { resolveRef } from '../schema/refs.ts';
import { describeSchema } from './describe-schema.ts';
import type { Literal } from './subtype/atoms.ts';
import type { Comparison } from './comparison.ts';

/** The required property that tells the object alternatives of both sides apart, with the value that each has there. */
export interface Discriminator {
  property: string;
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

/** `(kind=card)`, else the kind of value in brackets; in plain words for a sentence about something that is gone. */
export function labelOf(
  { beforeDefs, afterDefs }: Comparison,
  member: Schema,
  discriminator: Discriminator | undefined,
  gone = false,
): string {
  const property =
    discriminator &&
    resolveRef(member, gone ? beforeDefs : afterDefs).properties?.[discriminator.property];
  const value = property && constantOf(property, gone ? beforeDefs : afterDefs);
  return value === undefined
    ? `(${describeSchema(member)})`
    : `(${discriminator!.property}=${String(value)})`;
}

/** The values of a property where each member requires it with a constant of its own. */
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
