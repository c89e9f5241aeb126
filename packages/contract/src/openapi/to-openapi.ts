import type { Contract, ResponseContract, RouteContract } from '../contract.ts';
import type { HttpMethod } from '../http/methods.ts';
import { BASE64 } from '../schema/base64.ts';
import { fieldsOf } from '../schema/fields.ts';
import type { Defs, JsonValue, Schema } from '../schema/ir.ts';
import { mapSchema, mapValues } from '../schema/walk.ts';
import { refName } from '../schema/refs.ts';
import type {
  OpenApiDocument,
  OpenApiHeader,
  OpenApiInfo,
  OpenApiMediaType,
  OpenApiOperation,
  OpenApiPathItem,
  OpenApiResponse,
  OpenApiServer,
} from './document.ts';
import { toBodyContent, toParameters } from './parameters.ts';
import { createPathTemplates, type PathTemplate } from './path-templates.ts';
import { orProblem } from './problem-response.ts';
import { type DocumentSecurity, toDocumentSecurity } from './security.ts';
import { statusPhrase } from './status-phrase.ts';
import {
  declaresVersion,
  RELEASE_HEADERS,
  SHARED_RESPONSES,
  toVersionParameter,
  VERSION_PARAMETER,
  withReleaseHeaders,
  withVersionResponses,
} from './versions.ts';

/** Options of {@link toOpenApi}. `title` names the API, `version` is the semver of the release. */
export interface OpenApiOptions extends OpenApiInfo {
  /** Prefix of all paths, for example `/api`. */
  base?: string;
  /** Addresses of the API. By default `base`, on the server that has the document. */
  servers?: OpenApiServer[];
  /** Descriptions of the tags. A tag is a domain: the first folder below `src/handlers`. */
  tags?: Record<string, string>;
}

/**
 * Converts a contract to an OpenAPI 3.1 document. The result is plain JSON, the same for the same
 * contract.
 *
 * @example
 * const { contract, name, release } = parseManifest(text);
 * const document = toOpenApi(contract, { title: name, version: release.version });
 */
export function toOpenApi(contract: Contract, options: OpenApiOptions): OpenApiDocument {
  const componentNames = toComponentNames(Object.keys(contract.$defs));
  const print = (schema: Schema): Schema =>
    mapSchema(schema, (part) => {
      if (part.contentEncoding === 'base64') return { pattern: BASE64.source, ...part };
      if (part.$ref === undefined) return part;
      const name = refName(part.$ref);
      return { ...part, $ref: `#/components/schemas/${componentNames.get(name) ?? name}` };
    });
  const security = toDocumentSecurity(contract);
  const { base: prefix, servers, tags = {}, ...info } = options;
  const base = prefix?.replace(/\/+$/, '');
  return {
    openapi: '3.1.0',
    info,
    ...(servers ? { servers } : base && { servers: [{ url: base }] }),
    security: [],
    tags: [...new Set(contract.routes.map(({ domain }) => domain))].sort().map((name) => ({
      name,
      ...(Object.hasOwn(tags, name) && { description: tags[name]! }),
    })),
    paths: toPaths(contract, security, print),
    components: {
      schemas: Object.fromEntries(
        Object.entries(contract.$defs).map(([name, schema]) => [
          componentNames.get(name)!,
          print(schema),
        ]),
      ),
      parameters: { ApiVersion: toVersionParameter(options.version) },
      responses: SHARED_RESPONSES,
      headers: RELEASE_HEADERS,
      ...(Object.keys(security.schemes).length > 0 && { securitySchemes: security.schemes }),
    },
  };
}

function toPaths(
  contract: Contract,
  security: DocumentSecurity,
  print: (schema: Schema) => Schema,
): Record<string, OpenApiPathItem> {
  const paths = new Map<string, OpenApiPathItem>();
  const toTemplate = createPathTemplates();
  // WebSocket routes come last: if a GET has the same path, they become part of it.
  const sockets = contract.routes.filter(({ method }) => method === 'WS');
  for (const route of [...contract.routes.filter(({ method }) => method !== 'WS'), ...sockets]) {
    const template = toTemplate(route);
    const item = paths.get(template.path) ?? {};
    paths.set(template.path, item);
    const operation = toOperation(route, contract, template, security, print);
    if (route.method !== 'WS')
      item[route.method.toLowerCase() as Lowercase<HttpMethod>] = operation;
    else if (item.get) addUpgrade(item.get, operation);
    else item.get = operation;
  }
  return Object.fromEntries(paths);
}

function toOperation(
  route: RouteContract,
  contract: Contract,
  template: PathTemplate,
  security: DocumentSecurity,
  print: (schema: Schema) => Schema,
): OpenApiOperation {
  const parameters = toParameters(route, contract.$defs, template.names, print);
  const responses = mapValues(route.responses, (response, status) => {
    const printed = withReleaseHeaders(toResponse(status, response, contract.$defs, print));
    return status === 'default' ? orProblem(printed) : printed;
  });
  const notes = [
    route.description,
    typeof route.deprecated === 'string' ? `Deprecated: ${route.deprecated}` : undefined,
  ].filter((text) => text);
  const { body } = route;
  return {
    operationId: route.name.join('.'),
    tags: [route.domain],
    ...(route.summary !== undefined && { summary: route.summary }),
    ...(notes.length > 0 && { description: notes.join('\n\n') }),
    ...(route.deprecated && { deprecated: true }),
    parameters: declaresVersion(parameters) ? parameters : [...parameters, VERSION_PARAMETER],
    ...(body && {
      requestBody: {
        required: body.required,
        content: Object.fromEntries(
          body.contentTypes.map((type) => [
            type,
            toBodyContent(type, body.schema, contract.$defs, print),
          ]),
        ),
      },
    }),
    responses: {
      ...(route.method === 'WS' && { '101': { description: statusPhrase('101') } }),
      ...withVersionResponses(route, responses),
      ...(!Object.hasOwn(responses, 'default') && {
        default: { $ref: '#/components/responses/Problem' },
      }),
    },
    ...(route.security && { security: security.toRequirements(route.security) }),
    ...(route.method === 'WS' && {
      'x-gati-websocket': { receive: print(route.receive ?? {}), send: print(route.send ?? {}) },
    }),
  };
}

function addUpgrade(operation: OpenApiOperation, socket: OpenApiOperation): void {
  operation.responses = { ...operation.responses, '101': socket.responses['101']! };
  operation['x-gati-websocket'] = socket['x-gati-websocket'];
}

function toResponse(
  status: string,
  response: ResponseContract,
  defs: Defs,
  print: (schema: Schema) => Schema,
): OpenApiResponse {
  const { schema, contentType, examples } = response;
  const printed: OpenApiResponse = {
    description: response.description ?? statusPhrase(status),
    ...(response.headers && { headers: toHeaders(status, response.headers, defs, print) }),
  };
  if (contentType === undefined && schema === undefined) return printed;
  const type = contentType ?? 'application/json';
  const media: OpenApiMediaType = {};
  // OpenAPI 3.1 has no schema for raw bytes or for a stream. Some tools read `schema` as the text
  // of the whole stream, others as one event, so it is left out.
  if (schema && type === 'text/event-stream') media['x-gati-event'] = print(schema);
  else if (schema && schema['x-gati-codec'] !== 'bytes') media.schema = print(schema);
  if (examples && examples.length > 0) media.examples = toExamples(examples);
  return { ...printed, content: { [type]: media } };
}

/** The framework responds with errors too, and does not set the handler's headers there. */
function toHeaders(
  status: string,
  headers: Schema,
  defs: Defs,
  print: (schema: Schema) => Schema,
): Record<string, OpenApiHeader> {
  return Object.fromEntries(
    [...fieldsOf(headers, defs)].map(([name, { schema: field, required }]) => {
      const { description, ...schema } = field;
      return [
        name,
        {
          ...(description !== undefined && { description }),
          ...(required && /^[23]/.test(status) && { required: true }),
          schema: print(schema),
        },
      ];
    }),
  );
}

function toExamples(examples: JsonValue[]): Record<string, { value: JsonValue }> {
  return Object.fromEntries(examples.map((value, index) => [`example${index + 1}`, { value }]));
}

/** Keys of components allow fewer characters than identifiers: no `$` and only ASCII letters. */
function toComponentNames(definitions: string[]): Map<string, string> {
  const taken = new Set(definitions.filter((name) => /^[\w.-]+$/.test(name)));
  return new Map(
    definitions.map((definition) => {
      if (taken.has(definition)) return [definition, definition];
      const wanted = definition.replaceAll(/[^\w.-]/g, '_');
      let name = wanted;
      for (let number = 2; taken.has(name); number++) name = `${wanted}${number}`;
      taken.add(name);
      return [definition, name];
    }),
  );
}
