import type { JsonSchema } from '@gati/contract';
import { checkDepth, isObject } from '@gati/contract/data';
import { HTTP_METHODS } from '@gati/contract/internal';
import type { MethodDescriptor, ModuleDescriptor } from '../types/foreign.ts';
import { toMethodName } from './to-method-name.ts';
import { toSemver } from './to-semver.ts';

type Json = Record<string, unknown>;

const COMPONENTS = '#/components/schemas/';
/** Methods that may be repeated (RFC 9110, section 9.2.2). */
const IDEMPOTENT = ['get', 'head', 'put', 'delete'];
/** Parts of the argument by the place of a parameter in the document. */
const PARTS: Record<string, 'params' | 'query' | 'headers'> = {
  path: 'params',
  query: 'query',
  header: 'headers',
};
/** Headers that are not parameters (OpenAPI 3.1, section 4.8.12.1). */
const NO_PARAMETERS = ['accept', 'content-type', 'authorization'];

/**
 * Makes a descriptor of an OpenAPI document 3.0 or 3.1. Each operation is a method with the name of
 * its `operationId`, whose argument is `{ params, query, headers, body }`.
 *
 * @throws {Error} when the document can't be used
 */
export function toOpenApiDescriptor(document: unknown): ModuleDescriptor {
  checkDepth(document);
  if (!isObject(document) || !isObject(document['paths']))
    throw new Error('it is not an OpenAPI document');
  const info = isObject(document['info']) ? document['info'] : {};
  const convert = createConverter(document);
  const methods: Record<string, MethodDescriptor> = {};
  for (const [path, item] of Object.entries(document['paths'])) {
    if (!isObject(item)) continue;
    for (const method of HTTP_METHODS.map((each) => each.toLowerCase())) {
      const operation = item[method];
      if (!isObject(operation)) continue;
      const id = operation['operationId'];
      const name = toMethodName(typeof id === 'string' && id !== '' ? id : `${method}${path}`);
      if (Object.hasOwn(methods, name)) throw new Error(`two operations have the id ${name}`);
      methods[name] = {
        operation: `${method.toUpperCase()} ${path}`,
        ...(IDEMPOTENT.includes(method) && { idempotent: true }),
        ...convert(item, operation),
      };
    }
  }
  return {
    name: String(info['title'] ?? 'service').slice(0, 100) || 'service',
    version: toSemver(String(info['version'] ?? '')),
    protocol: 1,
    methods,
  };
}

type Convert = (item: Json, operation: Json) => Pick<MethodDescriptor, 'input' | 'output'>;

function createConverter(document: Json): Convert {
  const components = at(document, 'components');
  const schemas = at(components, 'schemas');

  /** Follows a reference to a parameter, a body or a response. */
  const resolve = (value: unknown): Json => {
    if (!isObject(value)) return {};
    const ref = value['$ref'];
    if (typeof ref !== 'string') return value;
    const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(ref) ?? [];
    return at(at(components, kind), name);
  };

  /** Returns the schema with the definitions that it refers to. */
  const close = (schema: unknown): JsonSchema => {
    const defs: Json = {};
    const collect = (ref: string): void => {
      const name = ref.slice(COMPONENTS.length);
      if (Object.hasOwn(defs, name) || !Object.hasOwn(schemas, name)) return;
      defs[name] = true;
      defs[name] = rewrite(schemas[name], collect);
    };
    const root = rewrite(schema, collect);
    if (!isObject(root)) return true;
    return Object.keys(defs).length === 0 ? root : { ...root, $defs: defs };
  };

  return (item, operation) => {
    const input = toInput(item, operation, resolve);
    const output = toOutput(operation, resolve);
    return {
      ...(input && { input: close(input) }),
      ...(output !== undefined && { output: close(output) }),
    };
  };
}

function at(value: Json, name: string): Json {
  const found = Object.hasOwn(value, name) ? value[name] : undefined;
  return isObject(found) ? found : {};
}

/** Copies a schema with references to `$defs`, and `nullable` of OpenAPI 3.0 as a type. */
function rewrite(value: unknown, onRef: (ref: string) => void): unknown {
  if (Array.isArray(value)) return value.map((each) => rewrite(each, onRef));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    if (key === 'nullable' || key === 'discriminator' || key === 'xml' || key === 'externalDocs')
      return [];
    if (key !== '$ref' || typeof each !== 'string') return [[key, rewrite(each, onRef)]];
    if (!each.startsWith(COMPONENTS)) return [];
    onRef(each);
    return [['$ref', `#/$defs/${each.slice(COMPONENTS.length)}`]];
  });
  const copy = Object.fromEntries(entries);
  return value['nullable'] === true ? { anyOf: [copy, { type: 'null' }] } : copy;
}

function toInput(item: Json, operation: Json, resolve: (value: unknown) => Json): Json | undefined {
  const parts: Record<string, { properties: Json; required: string[] }> = {};
  const listed = [item['parameters'], operation['parameters']].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  );
  for (const each of listed) {
    const { name, in: place, required, schema = {} } = resolve(each);
    const part = PARTS[String(place)];
    if (part === undefined || typeof name !== 'string') continue;
    if (part === 'headers' && NO_PARAMETERS.includes(name.toLowerCase())) continue;
    const entry = (parts[part] ??= { properties: {}, required: [] });
    entry.properties[name] = schema;
    if (required === true || part === 'params') entry.required.push(name);
  }
  const properties: Json = {};
  const required: string[] = [];
  for (const [part, entry] of Object.entries(parts)) {
    properties[part] = { type: 'object', properties: entry.properties, required: entry.required };
    if (entry.required.length > 0) required.push(part);
  }
  const body = resolve(operation['requestBody']);
  const schema = jsonSchemaOf(body);
  if (schema !== undefined) {
    properties['body'] = schema;
    if (body['required'] === true) required.push('body');
  }
  if (Object.keys(properties).length === 0) return undefined;
  return { type: 'object', properties, required };
}

function toOutput(operation: Json, resolve: (value: unknown) => Json): unknown {
  const responses = at(operation, 'responses');
  const success = Object.keys(responses)
    .filter((status) => /^2(\d\d|XX)$/.test(status))
    .sort();
  const found = success.map((status) => jsonSchemaOf(resolve(responses[status])));
  const known = found.filter((schema) => schema !== undefined);
  if (known.length === 0 || known.length < found.length) return undefined;
  return known.length === 1 ? known[0] : { anyOf: known };
}

function jsonSchemaOf(part: Json): unknown {
  const content = at(part, 'content');
  const type = Object.keys(content).find((each) => /^application\/(\S+\+)?json\b/.test(each));
  return type === undefined ? undefined : (at(content, type)['schema'] ?? {});
}
