import { isRecord } from './check.ts';
import type { Member, OperationModel, ServiceModel, Shape } from './models.ts';
import { type Element, parseXml } from './xml.ts';

/** A request as the proxy received it. */
export interface RawRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A request as the model of its service describes it. */
export interface Decoded {
  operation: OperationModel;
  input: Record<string, unknown>;
  /** Parts of the request that the model does not describe. */
  findings: string[];
}

/** Decodes a request by the model of its service; a text says why that is impossible. */
export function decode(model: ServiceModel, request: RawRequest): Decoded | string {
  if (model.protocol === 'json') return decodeJson(model, request);
  if (model.protocol === 'query' || model.protocol === 'ec2') return decodeForm(model, request);
  return decodeRest(model, request);
}

function decodeJson(model: ServiceModel, { headers, body }: RawRequest): Decoded | string {
  const [prefix, name = ''] = String(headers['x-amz-target']).split('.');
  const operation = model.operations[name];
  if (prefix !== model.targetPrefix || !operation) return `no operation ${prefix}.${name}`;
  const input: unknown = body === '' ? {} : JSON.parse(body);
  if (!isRecord(input)) return 'the body is no object';
  return { operation, input, findings: [] };
}

/** Members by their names in a form: `Tags.member.1.Key`. */
function decodeForm(model: ServiceModel, { body }: RawRequest): Decoded | string {
  const form = new Map(new URLSearchParams(body));
  const name = form.get('Action') ?? '';
  const operation = model.operations[name];
  if (!operation) return `no operation ${name}`;
  const findings =
    form.get('Version') === model.apiVersion ? [] : [`Version is ${form.get('Version')}`];
  const used = new Set(['Action', 'Version']);
  const reader = { model, form, used };
  const input = operation.input ? readForm(reader, operation.input, '') : {};
  for (const key of form.keys()) if (!used.has(key)) findings.push(`${key}: is unknown`);
  return { operation, input: (input ?? {}) as Record<string, unknown>, findings };
}

interface FormReader {
  model: ServiceModel;
  form: Map<string, string>;
  used: Set<string>;
}

function readForm(reader: FormReader, member: Member, prefix: string): unknown {
  const { model, form, used } = reader;
  const shape = model.shapes[member.shape]!;
  const has = [...form.keys()].some((key) => key === prefix || key.startsWith(`${prefix}.`));
  if (prefix !== '' && !has) return undefined;
  if (shape.type === 'structure') {
    const entries = Object.entries(shape.members ?? {}).flatMap(([name, each]) => {
      const value = readForm(reader, each, join(prefix, formName(model, name, each)));
      return value === undefined ? [] : [[name, value]];
    });
    return Object.fromEntries(entries);
  }
  if (shape.type === 'list') {
    const isFlat = model.protocol === 'ec2' || shape.flattened === true;
    const base = isFlat ? prefix : join(prefix, shape.member!.locationName ?? 'member');
    const list: unknown[] = [];
    for (let index = 1; ; index++) {
      const value = readForm(reader, shape.member!, `${base}.${index}`);
      if (value === undefined) return list;
      list.push(value);
    }
  }
  used.add(prefix);
  return toScalar(shape, form.get(prefix) ?? '');
}

function formName({ protocol }: ServiceModel, name: string, member: Member): string {
  if (protocol === 'query') return member.locationName ?? name;
  const own = member.queryName ?? member.locationName ?? name;
  return member.queryName ? own : own[0]!.toUpperCase() + own.slice(1);
}

const join = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`);

function toScalar({ type }: Shape, text: string): unknown {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (['integer', 'long', 'float', 'double'].includes(type)) return Number(text);
  return text;
}

interface Route {
  operation: OperationModel;
  path: RegExp;
  names: string[];
  query: Map<string, string>;
  weight: number;
}

const routes = new WeakMap<ServiceModel, Route[]>();

function routesOf(model: ServiceModel): Route[] {
  let found = routes.get(model);
  if (!found) routes.set(model, (found = Object.values(model.operations).map(toRoute)));
  return found;
}

function toRoute(operation: OperationModel): Route {
  const [path = '', search = ''] = operation.http.requestUri.split('?');
  const names: string[] = [];
  const pattern = path
    .replace(/\/$/, '')
    .replaceAll(/[.*^$()|[\]\\]/g, '\\$&')
    .replaceAll(/\{([^}+]+)(\+?)\}/g, (_, name: string, greedy: string) => {
      names.push(name);
      return greedy ? '(.+)' : '([^/]+)';
    });
  const query = new Map(new URLSearchParams(search));
  const literal = path.replaceAll(/\{[^}]*\}/g, '').length;
  return {
    operation,
    path: new RegExp(`^${pattern}/?$`),
    names,
    query,
    weight: query.size * 1000 + literal - names.length,
  };
}

function decodeRest(model: ServiceModel, request: RawRequest): Decoded | string {
  const { pathname, searchParams } = new URL(request.url, 'http://x');
  const [best] = routesOf(model)
    .filter(
      ({ operation: { http, name }, path, query }) =>
        http.method === request.method &&
        path.test(pathname) &&
        [...query].every(([key, value]) => searchParams.get(key) === value) &&
        (searchParams.get('x-id') ?? name) === name,
    )
    .sort((a, b) => b.weight - a.weight);
  if (!best) return `no operation for ${request.method} ${request.url}`;
  const { operation, path, names, query } = best;
  const values = path.exec(pathname)!.slice(1).map(decodeURIComponent);
  const uri = new Map(names.map((name, index) => [name, values[index]!]));
  const known = new Set([...query.keys(), 'x-id']);
  const input: Record<string, unknown> = {};
  const shape = operation.input ? model.shapes[operation.input.shape]! : { type: 'structure' };
  const members = Object.entries(shape.members ?? {});
  for (const [name, member] of members) {
    const value = readHead(model, member, { name, uri, searchParams, known, request });
    if (value !== undefined) input[name] = value;
  }
  const findings = [...searchParams.keys()]
    .filter((key) => !known.has(key))
    .map((key) => `?${key}: is unknown`);
  if (request.body !== '')
    Object.assign(input, readBody(model, shape, operation, request, findings));
  return { operation, input, findings };
}

interface Head {
  name: string;
  uri: Map<string, string>;
  searchParams: URLSearchParams;
  known: Set<string>;
  request: RawRequest;
}

function readHead(model: ServiceModel, member: Member, head: Head): unknown {
  const { location, locationName = head.name, shape: shapeName } = member;
  const shape = model.shapes[shapeName]!;
  const { searchParams, known, request, uri } = head;
  if (location === 'uri') return uri.get(locationName);
  if (location === 'header') {
    const text = request.headers[locationName.toLowerCase()];
    return text === undefined ? undefined : toScalar(shape, String(text));
  }
  if (location !== 'querystring') return undefined;
  known.add(locationName);
  if (!searchParams.has(locationName)) return undefined;
  if (shape.type === 'list') return searchParams.getAll(locationName);
  return toScalar(shape, searchParams.get(locationName)!);
}

function readBody(
  model: ServiceModel,
  shape: Shape,
  operation: OperationModel,
  { body }: RawRequest,
  findings: string[],
): Record<string, unknown> {
  const { payload } = shape;
  const member = payload === undefined ? undefined : shape.members![payload]!;
  const target = member ? model.shapes[member.shape]! : shape;
  if (payload !== undefined && target.type !== 'structure') return { [payload]: body };
  let value: unknown;
  if (model.protocol === 'rest-json') value = JSON.parse(body);
  else {
    const root = parseXml(body);
    const name = member?.locationName ?? operation.input?.locationName ?? member?.shape;
    if (root.name !== name) findings.push(`the root is ${root.name}, not ${name}`);
    value = readXml(model, target, root);
  }
  if (payload !== undefined) return { [payload]: value };
  if (!isRecord(value)) return {};
  const isInBody = ([name]: [string, unknown]): boolean => {
    const own = shape.members?.[name];
    if (own?.location) findings.push(`${name}: belongs to the ${own.location}`);
    return true;
  };
  return Object.fromEntries(Object.entries(value).filter(isInBody));
}

function readXml(model: ServiceModel, shape: Shape, element: Element): unknown {
  if (shape.type === 'structure') {
    const value: Record<string, unknown> = {};
    const known = new Set<string>();
    for (const [name, member] of Object.entries(shape.members ?? {})) {
      const inner = model.shapes[member.shape]!;
      const isFlat = inner.flattened ?? member.flattened ?? false;
      const tag =
        (isFlat ? (inner.member?.locationName ?? member.locationName) : member.locationName) ??
        name;
      const found = element.children.filter((child) => child.name === tag);
      known.add(tag);
      if (found.length === 0 || member.xmlAttribute) continue;
      value[name] =
        isFlat && inner.type === 'list'
          ? found.map((each) => readXml(model, model.shapes[inner.member!.shape]!, each))
          : readXml(model, inner, found[0]!);
    }
    for (const { name } of element.children) if (!known.has(name)) value[name] = true;
    return value;
  }
  if (shape.type === 'list') {
    const tag = shape.member!.locationName ?? 'member';
    const inner = model.shapes[shape.member!.shape]!;
    return element.children.map((each) =>
      each.name === tag ? readXml(model, inner, each) : { [each.name]: 'unknown item' },
    );
  }
  return toScalar(shape, element.text);
}
