import type { RouteContract } from '../contract.ts';
import { isJsonMediaType } from '../http/media-type.ts';
import { alternativesOf, lookUpIn } from '../schema/alternatives.ts';
import { fieldsOf } from '../schema/fields.ts';
import type { Defs, Schema } from '../schema/ir.ts';
import { resolveRef } from '../schema/refs.ts';
import { mapSchema, walkSchema } from '../schema/walk.ts';
import { type TextForm, textFormOf, type TextPlace } from '../schema/text-form.ts';
import type { OpenApiEncoding, OpenApiMediaType, OpenApiParameter } from './document.ts';

const PLACES = { params: 'path', query: 'query', headers: 'header' } as const;

/**
 * Returns the parameters of a route.
 *
 * @param pathNames {@link PathTemplate.names}
 * @param print Converts a schema to its form in the document.
 */
export function toParameters(
  route: RouteContract,
  defs: Defs,
  pathNames: Map<string, string>,
  print: (schema: Schema) => Schema,
): OpenApiParameter[] {
  const params = fieldsOf(route.params, defs);
  const found: OpenApiParameter[] = [...pathNames].map(([own, printed]) => {
    const schema = params.get(own)?.schema ?? { type: 'string' };
    return parameter(printed, 'params', { schema, required: true }, defs, print);
  });
  for (const place of ['query', 'headers'] as const) {
    for (const [name, field] of fieldsOf(route[place], defs))
      found.push(parameter(name, place, field, defs, print));
  }
  return found;
}

/**
 * Returns the content of a body with one media type. In a form, clients send no field for an empty
 * list, nor for a `null` in a field that also accepts text. The server reads the missing field as
 * that value, so the field is not required.
 */
export function toBodyContent(
  contentType: string,
  schema: Schema,
  defs: Defs,
  print: (schema: Schema) => Schema,
): OpenApiMediaType {
  if (isJsonMediaType(contentType)) return { schema: print(schema) };
  const encoding: Record<string, OpenApiEncoding> = {};
  const changed: Record<string, Schema> = {};
  const absent = new Set<string>();
  for (const [name, field] of fieldsOf(schema, defs)) {
    const form = textFormOf(field.schema, 'form', lookUpIn(defs));
    if (form.kind === 'json') encoding[name] = { contentType: 'application/json' };
    else if (form.kind === 'list' && contentType === 'application/x-www-form-urlencoded')
      encoding[name] = { style: 'form', explode: true };
    if (isAbsentValue(form)) absent.add(name);
    const written = toTextSchema(field.schema, form, defs);
    if (written !== field.schema) changed[name] = written;
  }
  const isChanged = absent.size > 0 || Object.keys(changed).length > 0;
  return {
    schema: print(isChanged ? toFormSchema(schema, defs, absent, changed) : schema),
    ...(Object.keys(encoding).length > 0 && { encoding }),
  };
}

function toFormSchema(
  schema: Schema,
  defs: Defs,
  absent: Set<string>,
  changed: Record<string, Schema>,
): Schema {
  const { required, properties, ...rest } = resolveRef(schema, defs);
  const kept = required?.filter((name) => !absent.has(name)) ?? [];
  const own = Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, field]) => [name, changed[name] ?? field]),
  );
  return {
    ...rest,
    ...(properties && { properties: own }),
    ...(kept.length > 0 && { required: kept }),
  };
}

const isAbsentValue = ({ isEmptyAbsent, isNullAbsent }: TextForm): boolean =>
  isEmptyAbsent || isNullAbsent;

/** Returns the schema of a value that is written as text; the same schema if nothing differs. */
function toTextSchema(schema: Schema, form: TextForm, defs: Defs): Schema {
  const written = form.isNullAbsent ? withoutNull(schema, defs) : schema;
  let isUnbounded = false;
  walkSchema(written, (part) => {
    isUnbounded ||= withSafeBounds(part) !== part;
  });
  return form.kind === 'json' || !isUnbounded ? written : mapSchema(written, withSafeBounds);
}

/**
 * Adds the bounds of integers that text can contain: the server rejects others, since it would
 * round them.
 */
function withSafeBounds(schema: Schema): Schema {
  const { type, minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  if (type !== 'integer') return schema;
  const needsMinimum = minimum === undefined && exclusiveMinimum === undefined;
  const needsMaximum = maximum === undefined && exclusiveMaximum === undefined;
  if (!needsMinimum && !needsMaximum) return schema;
  return {
    ...schema,
    ...(needsMinimum && { minimum: Number.MIN_SAFE_INTEGER }),
    ...(needsMaximum && { maximum: Number.MAX_SAFE_INTEGER }),
  };
}

/** Returns a schema without `null` among its alternatives. */
function withoutNull(schema: Schema, defs: Defs): Schema {
  const { description, deprecated } = resolveRef(schema, defs);
  const kept = alternativesOf(schema, lookUpIn(defs))
    .filter((one) => one.type !== 'null' && one.const !== null)
    .map((one) =>
      one.enum ? { ...one, enum: one.enum.filter((member) => member !== null) } : one,
    );
  return {
    ...(description !== undefined && { description }),
    ...(deprecated !== undefined && { deprecated }),
    ...(kept.length === 1 ? kept[0] : { anyOf: kept }),
  };
}

function parameter(
  name: string,
  place: Exclude<TextPlace, 'rest' | 'form'>,
  field: { schema: Schema; required: boolean },
  defs: Defs,
  print: (schema: Schema) => Schema,
): OpenApiParameter {
  const form = textFormOf(field.schema, place, lookUpIn(defs));
  const { description, deprecated, ...rest } = toTextSchema(field.schema, form, defs);
  return {
    name,
    in: PLACES[place],
    ...(field.required && !isAbsentValue(form) && { required: true }),
    ...(description !== undefined && { description }),
    ...(deprecated && { deprecated }),
    ...(form.kind === 'json'
      ? { content: { 'application/json': { schema: print(rest) } } }
      : { schema: print(rest) }),
  };
}
