import { isObject } from '@gati/contract/data';
import type { Api, Method, Schema } from './discovery.ts';

/** Whether a value is part of a request to the API, or of a response of the fake. */
export type Direction = 'request' | 'response';

interface Checking {
  api: Pick<Api, 'schemas'>;
  method: Pick<Method, 'id'>;
  direction: Direction;
}

/**
 * Returns how a value violates a schema: unknown, output-only, deprecated or missing fields, wrong
 * types, and values outside of an enum, a pattern or a range.
 */
export function check(checking: Checking, schema: Schema, value: unknown, path: string): string[] {
  if (schema.$ref !== undefined)
    return check(checking, checking.api.schemas[schema.$ref]!, value, path);
  switch (schema.type) {
    case 'any':
      return [];
    case 'object':
      return checkObject(checking, schema, value, path);
    case 'array':
      if (!Array.isArray(value)) return [`${path}: is no list`];
      return value.flatMap((each, index) =>
        check(checking, schema.items!, each, `${path}[${index}]`),
      );
    default:
      return checkScalar(schema, value, path);
  }
}

function checkObject(checking: Checking, schema: Schema, value: unknown, path: string): string[] {
  const { properties = {}, additionalProperties } = schema;
  if (!isObject(value)) return [`${path}: is no object`];
  const isRequest = checking.direction === 'request';
  const missing = Object.entries(properties)
    .filter(([name, each]) => isRequest && isRequired(checking, each) && value[name] === undefined)
    .map(([name]) => `${path}.${name}: is missing`);
  const present = Object.entries(value).flatMap(([name, each]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    const where = `${path}.${name}`;
    if (property === undefined) return [`Unknown name "${name}" at '${path}': Cannot find field.`];
    if (!isRequest) return check(checking, property, each, where);
    return [
      ...(isOutputOnly(property) ? [`${where}: is output only`] : []),
      ...(property.deprecated ? [`${where}: is deprecated`] : []),
      ...check(checking, property, each, where),
    ];
  });
  return [...missing, ...present];
}

const isOutputOnly = ({ readOnly, description = '' }: Schema): boolean =>
  readOnly === true || /^\[?Output[ -]only/i.test(description);

/** Only methods that create require all required fields. */
function isRequired({ method: { id } }: Checking, { description = '', annotations }: Schema) {
  if (annotations?.required) return annotations.required.includes(id);
  return /\.(?:create|insert)$/.test(id) && /^Required\b/.test(description);
}

function checkScalar(schema: Schema, value: unknown, path: string): string[] {
  const { type, format = '', pattern, enum: known, enumDeprecated = [] } = schema;
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path}: is neither true nor false`];
    case 'integer':
      if (!Number.isSafeInteger(value)) return [`${path}: is no whole number`];
      return checkRange(schema, value as number, path);
    case 'number':
      return typeof value === 'number'
        ? checkRange(schema, value, path)
        : [`${path}: is no number`];
    case 'string':
      break;
    default:
      return [`${path}: has the unknown type ${type}`];
  }
  if (typeof value !== 'string') return [`${path}: is no text`];
  if (known) {
    const index = known.indexOf(value);
    if (index < 0) return [`${path}: ${value} is not one of ${known.slice(0, 20).join(', ')}`];
    return enumDeprecated[index] ? [`${path}: ${value} is deprecated`] : [];
  }
  if (/^u?int64$/.test(format) && !/^-?\d{1,20}$/.test(value)) return [`${path}: is no number`];
  if (pattern !== undefined && !new RegExp(pattern).test(value))
    return [`${path}: ${value.slice(0, 100)} does not match ${pattern}`];
  return [];
}

const checkRange = (
  { minimum = '-Infinity', maximum = 'Infinity' }: Schema,
  value: number,
  path: string,
): string[] =>
  value < Number(minimum) || value > Number(maximum)
    ? [`${path}: ${value} is not from ${minimum} to ${maximum}`]
    : [];

/** Returns the violations in the parameters of path and query. */
export function checkParameters(
  api: Api,
  { parameters }: Method,
  values: Record<string, string>,
  query: URLSearchParams,
): string[] {
  const wrong: string[] = [];
  for (const name of new Set(query.keys())) {
    const parameter = parameters[name] ?? api.parameters[name];
    if (parameter === undefined || parameter.location === 'path') {
      wrong.push(`Unknown name "${name}": Cannot bind query parameter.`);
      continue;
    }
    const all = query.getAll(name);
    if (all.length > 1 && !parameter.repeated) wrong.push(`${name}: is not repeated`);
    for (const value of all) wrong.push(...checkParameter(parameter, value, name));
    if (parameter.deprecated) wrong.push(`${name}: is deprecated`);
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    if (parameter.location === 'path')
      wrong.push(...checkParameter(parameter, values[name]!, name));
    else if (parameter.required || /^Required\b/.test(parameter.description ?? ''))
      if (!query.has(name)) wrong.push(`${name}: is missing`);
  }
  return wrong;
}

/** Parameters are text, whatever their type is. */
function checkParameter(parameter: Schema, text: string, name: string): string[] {
  const { type } = parameter;
  if (type === 'boolean') return /^(?:true|false)$/.test(text) ? [] : [`${name}: is no boolean`];
  const value = type === 'integer' || type === 'number' ? Number(text) : text;
  return checkScalar(parameter, value, name);
}
