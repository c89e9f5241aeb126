import {
  type Declarations,
  resolveRef,
  type Contract,
  type ResponseContract,
  type RouteContract,
  type Schema,
  toTypeScript,
} from '@gati/contract';
import { isJsonMediaType, jsDoc, quote } from '@gati/contract/internal';

export interface RouteTypes {
  /** The declarations of the route's types. */
  text: string;
  /** The route can be called without arguments. */
  plain: boolean;
}

/** Prints the types of one route of a generated client. */
export function printRouteTypes(
  route: RouteContract,
  name: string,
  contract: Contract,
  names: Declarations,
): RouteTypes {
  const request = printRequest(route, name, contract, names);
  const received = (schema: Schema | undefined): string =>
    toTypeScript(schema ?? {}, { direction: 'response', nameOf: names.response });
  if (route.method === 'WS') {
    const sent = toTypeScript(route.receive ?? {}, { direction: 'request', nameOf: names.request });
    return {
      text: `${request.text}\nexport type ${name}Sent = ${sent};\nexport type ${name}Received = ${received(route.send)};\n`,
      plain: request.plain,
    };
  }
  return { text: `${request.text}\n${printResult(route, name, names)}`, plain: request.plain };
}

function printRequest(
  route: RouteContract,
  name: string,
  contract: Contract,
  names: Declarations,
): RouteTypes {
  const isSocket = route.method === 'WS';
  const print = (schema: Schema): string =>
    toTypeScript(schema, { direction: 'request', nameOf: names.request, indent: '  ' });
  const needs = (schema: Schema): boolean => mustHave(schema, contract);
  const fields: { name: string; type: string; required: boolean }[] = [];
  if (route.params)
    fields.push({ name: 'params', type: print(route.params), required: needs(route.params) });
  fields.push(
    route.query
      ? { name: 'query', type: print(route.query), required: needs(route.query) }
      : { name: 'query', type: 'QueryValues', required: false },
  );
  if (!isSocket) {
    fields.push(
      route.headers
        ? {
            name: 'headers',
            type: `${print(route.headers)} & HeaderValues`,
            required: needs(route.headers),
          }
        : { name: 'headers', type: 'HeaderValues', required: false },
    );
  }
  if (route.body) {
    const type = print(route.body.schema);
    const forms = route.body.contentTypes.some(
      (contentType) =>
        contentType === 'multipart/form-data' ||
        contentType === 'application/x-www-form-urlencoded',
    );
    fields.push({
      name: 'body',
      type: forms ? `${/[|&]/.test(type) ? `(${type})` : type} | FormData` : type,
      required: route.body.required,
    });
  }
  const lines = fields
    .map((field) => `  ${field.name}${field.required ? '' : '?'}: ${field.type};\n`)
    .join('');
  return {
    text: `export interface ${name}Request extends ${isSocket ? 'SocketOptions' : 'CallOptions'} {\n${lines}}\n`,
    plain: fields.every((field) => !field.required),
  };
}

/** Whether a call must pass an object of the schema: each form of it has a required field. */
function mustHave(schema: Schema, contract: Contract): boolean {
  const target = resolveRef(schema, contract.$defs);
  if ((target.required?.length ?? 0) > 0) return true;
  if (target.allOf?.some((part) => mustHave(part, contract))) return true;
  return target.anyOf?.every((part) => mustHave(part, contract)) ?? false;
}

function printResult(route: RouteContract, name: string, names: Declarations): string {
  const statuses = Object.keys(route.responses).filter((status) => status !== 'default');
  const listed = statuses.join(' | ') || 'never';
  const members = statuses.flatMap((status) => {
    const data = dataType(route.responses[status]!, names);
    const headers = headerNames(route.responses[status]!);
    if (isRedirect(status)) return [];
    return [
      status.startsWith('2')
        ? `Success<${status}, ${data}${headers}>`
        : `Failure<${status}, ${data}${FRAMEWORK_STATUSES.has(status) ? ' | Problem' : ''}${headers}>`,
    ];
  });
  const rest = route.responses['default'];
  // `fetch` follows a redirect, so the final response is unknown.
  if (rest || statuses.some(isRedirect))
    members.push(`OtherSuccess<${listed}, ${rest ? dataType(rest, names) : 'unknown'}>`);
  members.push(
    rest ? `OtherFailure<${listed}, ${dataType(rest, names)}>` : `OtherProblem<${listed}>`,
    'NetworkFailure',
  );
  return `export type ${name}Result =\n${members
    .map((member) => `  | ${member}\n`)
    .join('')
    .trimEnd()};\n`;
}

/**
 * Statuses that the framework may send on an existing route (406 and 410: for a version). The type
 * must allow a problem in addition to the handler's own body.
 */
const FRAMEWORK_STATUSES = new Set(['400', '406', '410', '413', '415', '500', '503']);

const isRedirect = (status: string): boolean => status.startsWith('3') && status !== '304';

/** The type of `data` or `error` of a response, as the client's runtime reads its content type. */
function dataType({ schema, contentType }: ResponseContract, names: Declarations): string {
  if (schema === undefined && contentType === undefined) return 'undefined';
  const type = contentType ?? 'application/json';
  const print = (): string =>
    schema
      ? toTypeScript(schema, { direction: 'response', nameOf: names.response, indent: '  ' })
      : 'unknown';
  if (type === 'text/event-stream') return `EventStream<${print()}>`;
  if (isJsonMediaType(type)) return print();
  if (type === 'application/octet-stream') return 'ReadableStream<Uint8Array>';
  return type.startsWith('text/') ? 'string' : 'Blob';
}

/** Prints the names of a response's headers as the last type argument of its result. */
function headerNames({ headers }: ResponseContract): string {
  const names = Object.keys(headers?.properties ?? {});
  return names.length === 0 ? '' : `, ${names.map(quote).join(' | ')}`;
}

/** Prints the doc comment of a route's method, with the route's id. */
export function routeDocComment(route: RouteContract, indent: string): string {
  const description = [
    route.description === route.summary ? undefined : route.description,
    `\`${route.id}\``,
  ]
    .filter((text) => text)
    .join('\n\n');
  return jsDoc({ summary: route.summary, description, deprecated: route.deprecated }, indent);
}
