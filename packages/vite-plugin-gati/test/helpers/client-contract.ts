import {
  assembleContract,
  type Contract,
  type Defs,
  type RouteContract,
  type Schema,
} from '@gati/contract';

const text: Schema = { type: 'string' };
const object = (
  properties: Record<string, Schema>,
  required = Object.keys(properties),
): Schema => ({
  type: 'object',
  properties,
  required,
});
const json = (schema: Schema): RouteContract['responses'][string] => ({
  contentType: 'application/json',
  schema,
});

export function route(
  id: string,
  name: string[],
  more: Partial<RouteContract> = {},
): RouteContract {
  const [method, path] = id.split(' ') as [RouteContract['method'], string];
  const names = [...path.matchAll(/[:*](\w+)/g)].map(([, each]) => each!);
  const params =
    names.length > 0
      ? { params: object(Object.fromEntries(names.map((each) => [each, text]))) }
      : {};
  return {
    id,
    method,
    path,
    domain: name[0]!,
    name,
    file: 'src/handlers/a.ts',
    ...params,
    responses: { '200': json({}) },
    ...more,
  };
}

const DEFS: Defs = {
  Payment: {
    ...object({ id: text, at: { type: 'string', format: 'date-time', 'x-gati-codec': 'date' } }),
    description: 'A payment.',
  },
};

/** One route of each kind. */
export const CONTRACT: Contract = assembleContract({
  routes: [
    route('POST /payments/:id/capture', ['payments', 'capture'], {
      summary: 'Captures a payment.',
      body: {
        contentTypes: ['application/json'],
        required: true,
        schema: object({ amount: { type: 'number' } }),
      },
      responses: {
        '202': {
          ...json(object({ state: { const: 'capturing' } })),
          headers: object({ location: text, 'x-total': { type: 'number' } }),
        },
        '409': json(object({ error: { const: 'ReservationFailed' } })),
      },
    }),
    route('GET /payments/:id/events', ['payments', 'events'], {
      responses: {
        '200': { contentType: 'text/event-stream', stream: true, schema: object({ state: text }) },
      },
    }),
    route('PUT /payments/:id', ['payments', 'putById'], {
      body: {
        contentTypes: ['application/json'],
        required: true,
        schema: { $ref: '#/$defs/Payment' },
      },
      responses: { '200': json({ $ref: '#/$defs/Payment' }) },
    }),
    route('GET /health', ['health'], {
      deprecated: 'Ask /livez.',
      responses: { '200': json(object({ up: { type: 'boolean' } })) },
    }),
    route('GET /health/deep', ['health', 'name'], { responses: { default: json({}) } }),
    route('GET /search/*rest', ['search', 'get-all'], {
      query: object({ q: text, page: { type: 'integer' } }, ['q']),
      headers: object({ 'x-tenant': text }),
      responses: { '200': json({ type: 'array', items: text }), '302': {} },
    }),
    route('POST /avatars', ['avatars', 'post'], {
      body: {
        contentTypes: ['multipart/form-data'],
        required: true,
        schema: object(
          { name: text, picture: { type: 'string', format: 'binary', 'x-gati-codec': 'file' } },
          ['name'],
        ),
      },
      responses: { '204': {} },
    }),
    route('GET /avatars/:id/raw', ['avatars', 'raw'], {
      responses: {
        '200': { contentType: 'application/octet-stream', schema: {} },
        '400': json(object({ mine: text })),
        '404': { contentType: 'text/plain', schema: text },
      },
    }),
    route('POST /hooks', ['hooks']),
    route('WS /chat/:room', ['chat'], {
      receive: object({ say: text }),
      send: object({ from: text, text }),
      responses: {},
    }),
  ].map((contract) => ({ contract, $defs: DEFS })),
});
