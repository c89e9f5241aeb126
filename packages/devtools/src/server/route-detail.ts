import {
  type Defs,
  type RouteContract,
  type Schema,
  toDeclarations,
  toTypeScript,
} from '@gati/contract';
import type { RouteDetail, RouteItem, Shape } from '../api/types.ts';
import type { RouteFacts } from './app-facts.ts';
import { exampleOf } from '../api/example.ts';

/** Describes the contract of a route with types in TypeScript and examples. */
export function describeRoute(
  item: RouteItem,
  { contract, guards = [] }: RouteFacts,
  $defs: Defs,
): RouteDetail {
  if (!contract) return { ...item, guards, isAnalyzed: false, responses: [] };
  const { params, query, headers, body, receive, send } = contract;
  const sent = [params, query, headers, body?.schema, receive];
  const received = Object.values(contract.responses).map(({ schema }) => schema);
  const { shape, definitions } = createShapes($defs, sent, [...received, send]);
  return {
    ...item,
    guards,
    isAnalyzed: true,
    ...(contract.description !== undefined && { description: contract.description }),
    ...(contract.version !== undefined && { version: contract.version }),
    ...describeRequest(contract, (schema) => shape(schema, 'request')),
    responses: describeResponses(contract, (schema) => shape(schema, 'response')),
    ...(receive && { receive: shape(receive, 'request') }),
    ...(send && { send: shape(send, 'response') }),
    ...(definitions !== '' && { definitions }),
  };
}

/** Describes schemas with their types in TypeScript and with examples. */
export function createShapes(
  $defs: Defs,
  sent: readonly (Schema | undefined)[],
  received: readonly (Schema | undefined)[],
): {
  shape(schema: Schema, direction: 'request' | 'response'): Shape;
  /** The types that the shapes refer to by name. */
  definitions: string;
} {
  const isSchema = (schema: Schema | undefined): schema is Schema => schema !== undefined;
  const declarations = toDeclarations($defs, {
    request: sent.filter(isSchema),
    response: received.filter(isSchema),
  });
  return {
    definitions: declarations.text,
    shape(schema, direction) {
      const example = exampleOf(schema, $defs);
      return {
        type: toTypeScript(schema, { direction, nameOf: declarations[direction] }),
        ...(example !== undefined && { example }),
      };
    },
  };
}

type ToShape = (schema: Schema) => Shape;

function describeRequest(
  { params, query, headers, body }: RouteContract,
  toShape: ToShape,
): Pick<RouteDetail, 'params' | 'query' | 'headers' | 'body'> {
  return {
    ...(params && { params: toShape(params) }),
    ...(query && { query: toShape(query) }),
    ...(headers && { headers: toShape(headers) }),
    ...(body && {
      body: {
        ...toShape(body.schema),
        contentTypes: body.contentTypes,
        required: body.required,
      },
    }),
  };
}

function describeResponses(
  { responses }: RouteContract,
  toShape: ToShape,
): RouteDetail['responses'] {
  return Object.entries(responses).map(
    ([status, { schema, contentType, description, stream = false, headers, examples }]) => ({
      status,
      ...(description !== undefined && { description }),
      ...(contentType !== undefined && { contentType }),
      isStream: stream,
      ...(headers?.properties && { headers: Object.keys(headers.properties) }),
      ...(schema && {
        shape: { ...toShape(schema), ...(examples?.[0] !== undefined && { example: examples[0] }) },
      }),
    }),
  );
}
