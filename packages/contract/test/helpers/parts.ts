import type { RouteContract, RoutePart } from '../../src/index.ts';

/** Creates a route from its id. */
const route = (id: string, more: Partial<RouteContract> = {}): RouteContract => {
  const [method, path] = id.split(' ') as [RouteContract['method'], string];
  return {
    id,
    method,
    path,
    domain: 'root',
    name: [method.toLowerCase()],
    file: 'src/handlers/a.ts',
    responses: {},
    ...more,
  };
};

/** Two routes whose definitions have the same name and differ. */
export const parts: RoutePart[] = [
  {
    contract: route('POST /b', {
      body: {
        contentTypes: ['application/json'],
        required: true,
        schema: { $ref: '#/$defs/Item' },
      },
      responses: {
        default: { schema: {} },
        '409': { schema: { anyOf: [{ const: 'b' }, { const: 'a' }] } },
        '201': {},
      },
    }),
    $defs: { Item: { type: 'number' }, Unused: {} },
  },
  {
    contract: route('GET /a', { query: { $ref: '#/$defs/Item' } }),
    $defs: { Item: { type: 'object', properties: { q: { type: 'string' } } } },
  },
];
