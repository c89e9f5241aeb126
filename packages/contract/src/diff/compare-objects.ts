import type { Schema } from '../schema/ir.ts';
import { escapePointer } from '../schema/walk.ts';
import { compareBound } from './compare-scalars.ts';
import { describeSchema } from './describe-schema.ts';
import { isAny } from './subtype/normaliser.ts';
import type { Comparison } from './comparison.ts';

export function compareObjects(
  comparison: Comparison,
  before: Schema,
  after: Schema,
  path: string,
): void {
  const [from, to] = [fieldsOf(before), fieldsOf(after)];
  for (const [name, schema] of from) {
    const now = to.get(name);
    const place = `${path}/${escapePointer(name)}`;
    const quoted = `\`${name}\``;
    if (!now) {
      reportRemoved(comparison, schema, after, place, quoted);
      continue;
    }
    const [was, is] = [isRequired(before, name), isRequired(after, name)];
    if (was !== is)
      comparison.report(is ? 'field-required' : 'field-optional', place, { name: quoted });
    comparison.compare(schema, now, place);
  }
  for (const [name, schema] of to) {
    if (!from.has(name))
      reportAdded(
        comparison,
        schema,
        before,
        isRequired(after, name),
        `${path}/${escapePointer(name)}`,
        `\`${name}\``,
      );
  }
  compareAdditional(comparison, before, after, path);
  compareNames(comparison, before.propertyNames, after.propertyNames, path);
  compareBound(
    comparison,
    'minProperties',
    'lower',
    before.minProperties ?? 0,
    after.minProperties ?? 0,
    path,
  );
  compareBound(
    comparison,
    'maxProperties',
    'upper',
    before.maxProperties ?? Infinity,
    after.maxProperties ?? Infinity,
    path,
  );
}

/**
 * Returns the fields of an object. A required name without a schema is a field that accepts any
 * value.
 */
function fieldsOf({ properties = {}, required = [] }: Schema): Map<string, Schema> {
  return new Map([
    ...required.map((name): [string, Schema] => [name, {}]),
    ...Object.entries(properties),
  ]);
}

function isRequired({ required = [] }: Schema, name: string): boolean {
  return required.includes(name);
}

function reportRemoved(
  comparison: Comparison,
  field: Schema,
  { additionalProperties: rest }: Schema,
  path: string,
  name: string,
): void {
  const fits = rest !== false && (typeof rest !== 'object' || comparison.forward(field, rest));
  comparison.report(
    comparison.side === 'request' && !fits ? 'field-refused' : 'field-removed',
    path,
    { name },
  );
}

function reportAdded(
  comparison: Comparison,
  field: Schema,
  { additionalProperties: rest }: Schema,
  required: boolean,
  path: string,
  name: string,
): void {
  // With `additionalProperties: true` or a schema, clients know the type of undeclared fields, so
  // the new field has to match that type. An object without the keyword, or a closed one, promises
  // nothing about undeclared fields.
  const promised = rest === true ? {} : rest;
  const keeps =
    !promised ||
    (comparison.side === 'request'
      ? comparison.forward(promised, field)
      : comparison.backward(field, promised));
  const rule = required ? 'required-field-added' : 'field-added';
  comparison.report(
    keeps || (required && comparison.side === 'request') ? rule : 'field-added-to-record',
    path,
    { name },
  );
}

function compareAdditional(
  comparison: Comparison,
  before: Schema,
  after: Schema,
  path: string,
): void {
  const [from, to] = [before.additionalProperties ?? true, after.additionalProperties ?? true];
  const closes = to === false && from !== false;
  const opens = from === false && to !== false;
  if (closes) return comparison.report('additional-closed', path);
  if (opens) return comparison.report('additional-opened', path);
  const [old, now] = [from === true ? {} : from, to === true ? {} : to];
  if (old && now && !(isAny(old) && isAny(now))) comparison.compare(old, now, `${path}/*`);
}

function compareNames(
  comparison: Comparison,
  before: Schema = {},
  after: Schema = {},
  path: string,
): void {
  const [grows, shrinks] = [comparison.forward(before, after), comparison.backward(after, before)];
  if (grows === shrinks && grows) return;
  const detail = {
    name: 'propertyNames',
    before: describeSchema(before),
    after: describeSchema(after),
  };
  comparison.report(
    grows ? 'constraint-widened' : shrinks ? 'constraint-narrowed' : 'constraint-changed',
    path,
    detail,
  );
}
