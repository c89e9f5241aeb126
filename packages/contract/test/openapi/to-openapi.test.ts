import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import {
  assembleContract,
  type Contract,
  type Defs,
  type OpenApiResponse,
  type RouteContract,
  type Schema,
  toOpenApi,
} from '../../src/index.ts';

/** An integer that the text of a parameter or a form field can contain. */
const safeInteger: Schema = {
  type: 'integer',
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};

async function validate(contract: Contract, base?: string): Promise<ReturnType<typeof toOpenApi>> {
  const document = toOpenApi(contract, { title: 'Shop', version: '1.2.3', base });
  const validator = new Validator();
  const result = await validator.validate(
    structuredClone(document) as unknown as Record<string, unknown>,
  );
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  expect(danglingRefs(document)).toEqual([]);
  return document;
}

function danglingRefs(document: object): string[] {
  const found: string[] = [];
  JSON.stringify(document, (key, value: unknown) => {
    if (key === '$ref' && typeof value === 'string') {
      const target = value
        .slice(2)
        .split('/')
        .reduce<unknown>(
          (at, step) => (at as Record<string, unknown> | undefined)?.[step],
          document,
        );
      if (target === undefined) found.push(value);
    }
    return value;
  });
  return found;
}

function route(id: string, more: Partial<RouteContract> = {}): RouteContract {
  const [method, path] = id.split(' ') as [RouteContract['method'], string];
  const names = [...path.matchAll(/[:*](\w+)/g)].map(([, name]) => name!);
  const params =
    names.length > 0
      ? {
          type: 'object' as const,
          properties: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
          required: names,
        }
      : undefined;
  const name = [
    ...path.split('/').filter((part) => /^\w/.test(part)),
    method.toLowerCase() + names.length,
  ];
  return {
    id,
    method,
    path,
    domain: path.split('/')[1] ?? 'root',
    name,
    file: 'src/handlers/a.ts',
    ...(params && { params }),
    responses: { '200': {} },
    ...more,
  };
}

const contractOf = (routes: RouteContract[], $defs: Defs = {}): Contract =>
  assembleContract({ routes: routes.map((contract) => ({ contract, $defs })) });

/** Parts that each operation and each response has. The tests of versions check them. */
const version = { $ref: '#/components/parameters/ApiVersion' };
const headers = Object.fromEntries(
  ['X-API-Version', 'X-Gati-Release', 'X-Request-Id', 'Link', 'Deprecation', 'Sunset'].map(
    (name) => [name, { $ref: `#/components/headers/${name}` }],
  ),
);

const capture = route('POST /payments/:id/capture', {
  name: ['payments', 'capture'],
  summary: 'Captures a payment.',
  description: 'It is queued.',
  body: {
    contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
    required: true,
    schema: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
  },
  responses: {
    '202': {
      contentType: 'application/json',
      schema: {
        type: 'object',
        properties: { state: { const: 'capturing' } },
        required: ['state'],
      },
      examples: [{ state: 'capturing' }],
    },
    '409': {
      contentType: 'application/json',
      schema: {
        type: 'object',
        properties: { error: { const: 'ReservationFailed' } },
        required: ['error'],
      },
    },
  },
});

describe('toOpenApi', () => {
  test('describes the responses of a handler and refers to one problem response for others', async () => {
    const document = await validate(contractOf([capture]), '/api/');
    expect(document.servers).toEqual([{ url: '/api' }]);
    expect(document.paths).toEqual({
      '/payments/{id}/capture': {
        post: {
          operationId: 'payments.capture',
          tags: ['payments'],
          summary: 'Captures a payment.',
          description: 'It is queued.',
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
            version,
          ],
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: capture.body!.schema },
              'application/x-www-form-urlencoded': { schema: capture.body!.schema },
            },
          },
          responses: {
            '202': {
              description: 'Accepted',
              headers,
              content: {
                'application/json': {
                  schema: capture.responses['202']!.schema,
                  examples: { example1: { value: { state: 'capturing' } } },
                },
              },
            },
            '409': {
              description: 'Conflict',
              headers,
              content: { 'application/json': { schema: capture.responses['409']!.schema } },
            },
            '300': { $ref: '#/components/responses/VersionMissing' },
            '406': { $ref: '#/components/responses/VersionUnknown' },
            '410': { $ref: '#/components/responses/VersionRetired' },
            default: { $ref: '#/components/responses/Problem' },
          },
        },
      },
    });
    expect(Object.keys(document.components.responses['Problem']!.content!)).toEqual([
      'application/problem+json',
    ]);
    expect(document.tags).toEqual([{ name: 'payments' }]);
  });

  test('describes the version of requests, its default being the version of the document', async () => {
    const { components } = await validate(contractOf([capture]));
    expect(components.parameters['ApiVersion']).toMatchObject({
      name: 'X-API-Version',
      in: 'header',
      schema: { type: 'string', default: '1.2.3' },
    });
    expect(components.parameters['ApiVersion']).not.toHaveProperty('required');
    expect(Object.keys(components.headers)).toEqual(Object.keys(headers));
  });

  test('describes the problems of versions as lists of the existing versions', async () => {
    const { components } = await validate(contractOf([capture]));
    for (const name of ['VersionMissing', 'VersionUnknown', 'VersionRetired']) {
      const { schema } = components.responses[name]!.content!['application/problem+json']!;
      expect(schema!.required, name).toContain('versions');
      expect(schema!.properties, name).toHaveProperty('versions.items.properties.docs');
    }
  });

  test('keeps what a handler declares for the statuses of versions beside the problem', async () => {
    const gone = { type: 'object' as const, properties: { gone: { const: true } } };
    const document = await validate(
      contractOf([
        route('GET /orders/:id', {
          responses: { '410': { contentType: 'application/json', schema: gone } },
        }),
      ]),
    );
    const { content } = document.paths['/orders/{id}']!.get!.responses['410'] as OpenApiResponse;
    expect(content).toMatchObject({
      'application/json': { schema: gone },
      'application/problem+json': { schema: { required: expect.arrayContaining(['versions']) } },
    });
  });

  test('lists no 300 for a route that sets the version of requests without a version', async () => {
    const document = await validate(contractOf([route('POST /hooks', { version: 'latest' })]));
    expect(Object.keys(document.paths['/hooks']!.post!.responses)).toEqual([
      '200',
      '406',
      '410',
      'default',
    ]);
  });

  test('keeps the version header that a handler declares', async () => {
    const document = await validate(
      contractOf([
        route('GET /a', {
          headers: { type: 'object', properties: { 'x-api-version': { type: 'string' } } },
        }),
      ]),
    );
    expect(document.paths['/a']!.get!.parameters).toEqual([
      { name: 'x-api-version', in: 'header', schema: { type: 'string' } },
    ]);
  });

  test('prints the headers of responses beside those of the framework', async () => {
    const sent = {
      type: 'object' as const,
      properties: {
        'x-total': { type: 'integer' as const, description: 'Number of all.' },
        link: { $ref: '#/$defs/Links' },
      },
      required: ['x-total'],
    };
    const document = await validate(
      contractOf(
        [route('GET /a', { responses: { '200': { headers: sent }, '429': { headers: sent } } })],
        { Links: { type: 'string' } },
      ),
    );
    const { responses } = document.paths['/a']!.get!;
    const { Link: _, ...framework } = headers;
    const link = { schema: { $ref: '#/components/schemas/Links' } };
    expect((responses['200'] as OpenApiResponse).headers).toEqual({
      'x-total': { description: 'Number of all.', required: true, schema: { type: 'integer' } },
      link,
      ...framework,
    });
    // The framework sends errors with the same status, and without the handler's headers.
    expect((responses['429'] as OpenApiResponse).headers).toMatchObject({
      'x-total': { description: 'Number of all.', schema: { type: 'integer' } },
    });
    expect((responses['429'] as OpenApiResponse).headers!['x-total']).not.toHaveProperty(
      'required',
    );
  });

  test('prints the facts of the app, and the descriptions of its tags', async () => {
    const info = {
      title: 'Acme shop',
      version: '1.2.3',
      description: 'Sells things.',
      termsOfService: 'https://acme.example/terms',
      contact: { name: 'Ada', email: 'ada@acme.example' },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    };
    const servers = [{ url: 'https://api.acme.example', description: 'Production' }];
    const document = toOpenApi(contractOf([capture, route('GET /users')]), {
      ...info,
      base: '/api',
      servers,
      tags: { payments: 'Payments of customers.', unused: 'No route has it.' },
    });
    const { valid } = await new Validator().validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    );
    expect(valid).toBe(true);
    expect({ info: document.info, servers: document.servers, tags: document.tags }).toEqual({
      info,
      servers,
      tags: [{ name: 'payments', description: 'Payments of customers.' }, { name: 'users' }],
    });
  });

  test('gives a valid document for an empty contract', async () => {
    expect((await validate(contractOf([]))).paths).toEqual({});
  });

  test('collects parameters from objects, references and unions', async () => {
    const document = await validate(
      contractOf(
        [
          route('GET /list/*rest', {
            query: {
              anyOf: [
                {
                  type: 'object',
                  properties: { kind: { const: 'a' }, page: { type: 'integer' } },
                  required: ['kind', 'page'],
                },
                { type: 'object', properties: { kind: { const: 'b' } }, required: ['kind'] },
              ],
            },
            headers: { $ref: '#/$defs/Auth' },
          }),
        ],
        {
          Auth: {
            type: 'object',
            properties: { 'x-tenant': { type: 'string', description: 'Whose.', deprecated: true } },
            required: ['x-tenant'],
          },
        },
      ),
    );
    expect(document.paths['/list/{rest}']!.get!.parameters).toEqual([
      { name: 'rest', in: 'path', required: true, schema: { type: 'string' } },
      {
        name: 'kind',
        in: 'query',
        required: true,
        schema: { anyOf: [{ const: 'a' }, { const: 'b' }] },
      },
      { name: 'page', in: 'query', schema: safeInteger },
      {
        name: 'x-tenant',
        in: 'header',
        required: true,
        description: 'Whose.',
        deprecated: true,
        schema: { type: 'string' },
      },
      version,
    ]);
  });

  test('bounds integers that are text, which the server would otherwise round', async () => {
    const integers = (a: Schema, b: Schema): Schema => ({
      type: 'object',
      properties: { a, b, c: { type: 'object', properties: { a } } },
    });
    const schema = integers({ type: 'integer' }, { type: 'integer', exclusiveMinimum: 0 });
    const text = integers(safeInteger, { ...safeInteger, minimum: undefined, exclusiveMinimum: 0 });
    const contentTypes = ['application/json', 'multipart/form-data'];
    const document = await validate(
      contractOf([
        route('POST /a/:id', {
          params: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
          headers: {
            type: 'object',
            properties: { 'x-sizes': { type: 'array', items: { type: 'integer' } } },
          },
          body: { contentTypes, required: true, schema },
        }),
      ]),
    );
    const { parameters, requestBody } = document.paths['/a/{id}']!.post!;
    expect(parameters).toMatchObject([
      { name: 'id', schema: safeInteger },
      { name: 'x-sizes', schema: { type: 'array', items: safeInteger } },
      version,
    ]);
    expect({
      json: requestBody!.content['application/json']!.schema,
      form: requestBody!.content['multipart/form-data']!.schema,
    }).toEqual({
      json: schema,
      // An object is JSON also in a form.
      form: { ...text, properties: { ...text.properties, c: schema.properties!['c'] } },
    });
  });

  test('states the form of base64, since contentEncoding alone rejects no text', async () => {
    const bytes: Schema = { type: 'string', contentEncoding: 'base64', 'x-gati-codec': 'bytes' };
    const own: Schema = { ...bytes, pattern: '^Z' };
    const schema: Schema = { type: 'object', properties: { data: bytes, own } };
    const document = await validate(
      contractOf([
        route('POST /a', { body: { contentTypes: ['application/json'], required: true, schema } }),
      ]),
    );
    const { content } = document.paths['/a']!.post!.requestBody!;
    const { data, own: kept } = content['application/json']!.schema!.properties!;
    expect(kept).toEqual(own);
    const { pattern } = data!;
    const matches = (text: string): boolean => new RegExp(pattern!).test(text);
    expect(['', 'Z2F0aQ==', 'Z2F0aTE='].map(matches)).toEqual([true, true, true]);
    expect(['Z2F0aQ', 'a', '__==', 'Z2F0aQ==\n'].map(matches)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('marks a list as optional where a request without its field means the empty list', async () => {
    const list = { type: 'array' as const, items: { type: 'string' as const } };
    const schema = {
      type: 'object' as const,
      properties: { all: { $ref: '#/$defs/List' }, some: { ...list, minItems: 1 } },
      required: ['all', 'some'],
    };
    const contentTypes = ['application/json', 'multipart/form-data'];
    const document = await validate(
      contractOf(
        [route('POST /a', { query: schema, body: { contentTypes, required: true, schema } })],
        {
          List: list,
        },
      ),
    );
    const { parameters = [], requestBody } = document.paths['/a']!.post!;
    expect(
      parameters.filter((parameter) => 'in' in parameter && parameter.in === 'query'),
    ).toMatchObject([{ name: 'all' }, { name: 'some', required: true }]);
    expect(parameters[0]).not.toHaveProperty('required');
    expect(requestBody!.content).toMatchObject({
      'application/json': { schema: { required: ['all', 'some'] } },
      'multipart/form-data': { schema: { required: ['some'] } },
    });
  });

  test('shares one path between routes that name its parameters differently', async () => {
    const document = await validate(
      contractOf([route('DELETE /users/:user'), route('GET /users/:id')]),
    );
    expect(Object.keys(document.paths)).toEqual(['/users/{user}']);
    expect(document.paths['/users/{user}']!.get!.parameters).toMatchObject([
      { name: 'user' },
      version,
    ]);
  });

  test('describes streams, bytes, unknown content and no content', async () => {
    const document = await validate(
      contractOf(
        [
          route('GET /events', {
            responses: {
              '200': {
                contentType: 'text/event-stream',
                stream: true,
                schema: { $ref: '#/$defs/Tick' },
              },
            },
          }),
          route('GET /file', {
            responses: {
              '200': {
                contentType: 'application/octet-stream',
                schema: { type: 'string', 'x-gati-codec': 'bytes', contentEncoding: 'base64' },
              },
            },
          }),
          route('GET /maybe', {
            deprecated: 'Use /sure.',
            responses: { default: { contentType: 'application/json', schema: {} } },
          }),
          route('GET /odd', {
            responses: {
              default: {
                contentType: 'application/problem+json',
                schema: { $ref: '#/$defs/Tick' },
              },
            },
          }),
          route('DELETE /gone', { deprecated: true, responses: { '204': {}, '499': {} } }),
        ],
        { Tick: { type: 'object', properties: { at: { type: 'integer' } } } },
      ),
    );
    const response = (path: string, method: 'get' | 'delete', status: string): unknown =>
      document.paths[path]![method]!.responses[status];
    const problem = document.components.responses['Problem']!.content!;
    expect(response('/events', 'get', '200')).toEqual({
      description: 'OK',
      headers,
      content: {
        'text/event-stream': {
          'x-gati-event': { $ref: '#/components/schemas/Tick' },
        },
      },
    });
    expect(response('/file', 'get', '200')).toEqual({
      description: 'OK',
      headers,
      content: { 'application/octet-stream': {} },
    });
    expect(response('/maybe', 'get', 'default')).toEqual({
      description: 'Any other response',
      headers,
      content: { 'application/json': { schema: {} }, ...problem },
    });
    expect(response('/odd', 'get', 'default')).toEqual({
      description: 'Any other response',
      headers,
      content: {
        'application/problem+json': {
          schema: {
            anyOf: [
              { $ref: '#/components/schemas/Tick' },
              problem['application/problem+json']!.schema,
            ],
          },
        },
      },
    });
    expect(response('/gone', 'delete', '204')).toEqual({ description: 'No Content', headers });
    expect(response('/gone', 'delete', '499')).toEqual({ description: 'Client error', headers });
    expect(document.paths['/maybe']!.get).toMatchObject({
      deprecated: true,
      description: 'Deprecated: Use /sure.',
    });
  });

  test('describes WebSockets, alone and together with a GET on the same path', async () => {
    const chat = {
      receive: { type: 'string' as const },
      send: { $ref: '#/$defs/Message' },
      responses: {},
    };
    const document = await validate(
      contractOf(
        [
          route('WS /chat/:room', chat),
          route('GET /both'),
          route('WS /both', { ...chat, name: ['both', 'ws'] }),
        ],
        {
          Message: { type: 'number' },
        },
      ),
    );
    const upgrade = { '101': { description: 'Switching Protocols' } };
    const messages = {
      'x-gati-websocket': {
        receive: { type: 'string' },
        send: { $ref: '#/components/schemas/Message' },
      },
    };
    expect(document.paths['/chat/{room}']!.get).toMatchObject({ responses: upgrade, ...messages });
    expect(document.paths['/both']!.get).toMatchObject({
      operationId: 'both.get0',
      responses: { ...upgrade, '200': {} },
      ...messages,
    });
  });

  test('renames definitions whose names OpenAPI does not allow', async () => {
    const refs = ['A$', 'A_', 'Ä'].map((name) => ({ $ref: `#/$defs/${name}` }));
    const document = await validate(
      contractOf(
        [
          route('GET /a', {
            responses: { '200': { contentType: 'application/json', schema: { anyOf: refs } } },
          }),
        ],
        {
          A$: { type: 'string' },
          A_: { type: 'number' },
          Ä: { type: 'boolean' },
        },
      ),
    );
    expect(document.components.schemas).toEqual({
      A_2: { type: 'string' },
      A_: { type: 'number' },
      _: { type: 'boolean' },
    });
  });

  test('gives a valid document for a thousand routes and recursive types', async () => {
    const $defs: Defs = {
      Tree: {
        type: 'object',
        properties: {
          children: { type: 'array', items: { $ref: '#/$defs/Tree' } },
          at: { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
          pair: {
            type: 'array',
            prefixItems: [{ type: 'string' }, { type: 'integer' }],
            minItems: 2,
            items: false,
          },
        },
        required: ['children'],
      },
    };
    const routes = Array.from({ length: 1000 }, (_, index) =>
      route(`${['GET', 'POST', 'PUT', 'DELETE'][index % 4]} /d${index % 20}/r${index}/:id`, {
        ...(index % 4 === 1 && {
          body: {
            contentTypes: ['application/json'],
            required: true,
            schema: { $ref: '#/$defs/Tree' },
          },
        }),
        responses: {
          '200': {
            contentType: 'application/json',
            schema: { type: 'array', items: { $ref: '#/$defs/Tree' } },
          },
        },
      }),
    );
    const document = await validate(contractOf(routes, $defs));
    expect(Object.keys(document.paths)).toHaveLength(1000);
    expect(document.tags).toHaveLength(20);
  });
});
