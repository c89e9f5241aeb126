import { describe, expect, test } from 'vitest';
import {
  type Change,
  type Contract,
  type DiffPolicy,
  diffContracts,
  diffManifests,
  type EffectContract,
  type Manifest,
  type RouteContract,
  type Schema,
  type SecurityScheme,
  toChangelog,
} from '../../src/index.ts';
import { ROUTE, toContract } from '../helpers/fuzz.ts';

const text: Schema = { type: 'string' };
const object = (
  properties: Record<string, Schema>,
  required = Object.keys(properties),
): Schema => ({
  type: 'object',
  properties,
  required,
});
const body = (schema: Schema, required = true): Partial<RouteContract> => ({
  body: { contentTypes: ['application/json'], required, schema },
});
const responses = (...statuses: string[]): Partial<RouteContract> => ({
  responses: Object.fromEntries(
    statuses.map((status) => [status, { schema: text, contentType: 'text/plain' }]),
  ),
});

/** Returns the bump, followed by the rules in order. */
function diff(
  before: Partial<RouteContract>,
  after: Partial<RouteContract>,
  policy?: DiffPolicy,
): string[] {
  const route = (part: Partial<RouteContract>): Contract =>
    toContract({ ...ROUTE, ...part, id: `${part.method ?? 'POST'} ${part.path ?? '/a'}` });
  return rulesOf(diffContracts(route(before), route(after), policy));
}

function rulesOf({ bump, changes }: { bump: string; changes: Change[] }): string[] {
  return [bump, ...changes.map(({ rule }) => rule)];
}

describe('diffContracts of routes', () => {
  test('reports added and removed routes, and another method as both', () => {
    const [none, one] = [{ ...toContract(ROUTE), routes: [] }, toContract(ROUTE)];
    expect(rulesOf(diffContracts(none, one))).toEqual(['minor', 'route-added']);
    expect(rulesOf(diffContracts(one, none))).toEqual(['major', 'route-removed']);
    expect(diff({}, { method: 'PUT' })).toEqual(['major', 'route-removed', 'route-added']);
    expect(rulesOf(diffContracts(one, one))).toEqual(['none']);
  });

  test('reports a renamed path parameter as one change', () => {
    const [old, now] = [
      { path: '/users/:id/posts/:post', params: object({ id: text, post: text }) },
      { path: '/users/:user/posts/:post', params: object({ user: text, post: text }) },
    ];
    expect(diff(old, now)).toEqual(['major', 'path-parameter-renamed']);
    expect(diff(old, now, { strictness: 'wire' })).toEqual(['none']);
    expect(
      diff(old, { ...now, params: object({ user: { type: 'integer' }, post: text }) }),
    ).toEqual(['major', 'path-parameter-renamed', 'type-changed']);
    expect(diff({ path: '/f/:rest' }, { path: '/f/*rest' })).toEqual([
      'major',
      'route-added',
      'route-removed',
    ]);
  });

  test('reports swapped path parameters by their types', () => {
    expect(
      diff(
        { path: '/:a/:b', params: object({ a: text, b: { type: 'integer' } }) },
        { path: '/:b/:a', params: object({ b: text, a: { type: 'integer' } }) },
      ),
    ).toEqual(['major', 'path-parameter-renamed']);
  });

  test('reports a route that moved in the client', () => {
    expect(
      diff({}, { domain: 'payments', name: ['payments', 'a'], file: 'src/handlers/payments/a.ts' }),
    ).toEqual(['major', 'route-moved']);
    expect(diff({}, { name: ['b'] })).toEqual(['major', 'client-name-changed']);
    expect(diff({}, { name: ['b'] }, { strictness: 'wire' })).toEqual(['none']);
    expect(diff({}, { file: 'src/handlers/other.ts' })).toEqual(['none']);
  });

  test('reports changed descriptions, deprecations and version policies', () => {
    expect(diff({}, { summary: 'Does it.' })).toEqual(['patch', 'description-changed']);
    expect(diff({}, { deprecated: 'Use b.' })).toEqual(['patch', 'deprecation-changed']);
    expect(diff({ deprecated: false }, {})).toEqual(['none']);
    expect(diff({}, { version: 'latest' })).toEqual(['minor', 'missing-version-set']);
    expect(diff({ version: 'latest' }, {})).toEqual(['major', 'missing-version-changed']);
  });
});

describe('diffContracts of credentials', () => {
  const bearer = { type: 'bearer' } as const;
  const admin: SecurityScheme = { type: 'bearer', scopes: ['admin'] };
  const basic = { type: 'basic' } as const;
  const key = { type: 'apiKey', in: 'header', name: 'X-Key' } as const;
  const security = (...found: SecurityScheme[][]): Partial<RouteContract> => ({ security: found });

  test.each<[string, Partial<RouteContract>, Partial<RouteContract>, string[]]>([
    [
      'a scheme for a public route',
      security(),
      security([bearer]),
      ['major', 'credential-required'],
    ],
    ['a scheme where nothing was said', {}, security([bearer]), ['major', 'credential-required']],
    ['a public route', security([bearer]), security(), ['minor', 'credential-optional']],
    ['an optional scheme', {}, security([bearer], []), ['none']],
    [
      'a scheme that became optional',
      security([bearer]),
      security([bearer], []),
      ['minor', 'credential-optional'],
    ],
    ['another way', security([bearer]), security([bearer], [key]), ['minor', 'credential-added']],
    [
      'one way less',
      security([bearer], [key]),
      security([bearer]),
      ['major', 'credential-removed'],
    ],
    [
      'a second scheme',
      security([bearer]),
      security([bearer, key]),
      ['major', 'credential-removed'],
    ],
    ['one scheme less', security([bearer, key]), security([bearer]), ['minor', 'credential-added']],
    [
      'another scheme',
      security([bearer]),
      security([basic]),
      ['major', 'credential-removed', 'credential-added'],
    ],
    ['a scope', security([bearer]), security([admin]), ['major', 'credential-removed']],
    ['one scope less', security([admin]), security([bearer]), ['minor', 'credential-added']],
    [
      'another case of the header',
      security([key]),
      security([{ ...key, name: 'x-key' }]),
      ['none'],
    ],
    [
      'another description',
      security([bearer]),
      security([{ ...bearer, description: 'A token.' }]),
      ['none'],
    ],
    ['an explicit public route', {}, security(), ['none']],
  ])('reports %s', (_what, before, after, expected) => {
    expect(diff(before, after)).toEqual(expected);
  });
});

describe('diffContracts of requests', () => {
  test('reports an added and a removed body', () => {
    expect(diff({}, body(object({ a: text })))).toEqual(['major', 'required-body-added']);
    expect(diff({}, body(object({ a: text }), false))).toEqual(['major', 'required-body-added']);
    expect(diff({}, body(object({ a: text }, []), false))).toEqual(['minor', 'body-added']);
    expect(diff(body(object({ a: text })), {})).toEqual(['minor', 'body-removed']);
  });

  test('reports a required body and its content types', () => {
    expect(diff(body(text, false), body(text))).toEqual(['major', 'body-required']);
    expect(diff(body(text), body(text, false))).toEqual(['minor', 'body-optional']);
    const [json, form] = ['application/json', 'multipart/form-data'];
    const types = (...contentTypes: string[]): Partial<RouteContract> => ({
      body: { contentTypes, required: true, schema: text },
    });
    expect(diff(types(json!), types(json!, form!))).toEqual(['minor', 'content-type-added']);
    expect(diff(types(json!, form!), types(form!))).toEqual(['major', 'content-type-removed']);
  });

  test('compares query and headers', () => {
    for (const part of ['query', 'headers'] as const) {
      expect(diff({}, { [part]: object({ a: text }, []) })).toEqual(['minor', 'field-added']);
      expect(diff({}, { [part]: object({ a: text }) })).toEqual(['major', 'required-field-added']);
      expect(diff({ [part]: object({ a: text }) }, {})).toEqual(['minor', 'field-removed']);
    }
  });
});

describe('diffContracts of responses', () => {
  test('reports added and removed statuses', () => {
    expect(diff(responses('200'), responses('200', '202'))).toEqual(['major', 'status-added']);
    expect(diff(responses('200', '304'), responses('200'))).toEqual(['major', 'status-removed']);
    expect(diff(responses('200'), responses('200', '409'))).toEqual([
      'minor',
      'error-status-added',
    ]);
    expect(diff(responses('200', '500'), responses('200'))).toEqual([
      'minor',
      'error-status-removed',
    ]);
    expect(diff(responses('200'), responses('200', 'default'))).toEqual([
      'major',
      'default-status-added',
    ]);
    expect(diff(responses('200', 'default'), responses('200'))).toEqual([
      'minor',
      'default-status-removed',
    ]);
  });

  test('compares a status with the default response that covered it', () => {
    const unknown = { default: { schema: {}, contentType: 'text/plain' } };
    const known = responses('201').responses!;
    expect(diff({ responses: unknown }, { responses: { ...known, ...unknown } })).toEqual([
      'minor',
      'status-named',
      'type-narrowed',
    ]);
    expect(
      diff({ responses: { ...responses('409').responses, ...unknown } }, { responses: unknown }),
    ).toEqual(['major', 'error-status-removed', 'type-widened']);
  });

  test('reports changed content, content types and streams', () => {
    const of = (
      contentType?: string,
      schema?: Schema,
      stream?: boolean,
    ): Partial<RouteContract> => ({
      responses: {
        200: {
          ...(contentType ? { contentType } : {}),
          ...(schema ? { schema } : {}),
          ...(stream ? { stream } : {}),
        },
      },
    });
    expect(diff(of(), of('application/json', text))).toEqual(['minor', 'content-added']);
    expect(diff(of('application/json', text), of())).toEqual(['major', 'content-removed']);
    expect(diff(of('application/json', text), of('text/plain', text))).toEqual([
      'major',
      'content-type-changed',
    ]);
    expect(diff(of('text/event-stream', text), of('text/event-stream', text, true))).toEqual([
      'major',
      'stream-changed',
    ]);
  });

  test('rates a removed header, and one that became optional, as breaking', () => {
    const of = (headers?: Schema): Partial<RouteContract> => ({
      responses: { 200: { ...(headers && { headers }) } },
    });
    const total = object({ 'x-total': text });
    expect(diff(of(), of(total))).toEqual(['minor', 'required-field-added']);
    expect(diff(of(total), of())).toEqual(['major', 'field-removed']);
    expect(diff(of(total), of(object({ 'x-total': text }, [])))).toEqual([
      'major',
      'field-optional',
    ]);
    expect(diff(of(total), of(total))).toEqual(['none']);
  });

  test('rates error responses like other responses', () => {
    const error = (...codes: string[]): Partial<RouteContract> => ({
      responses: {
        409: { contentType: 'application/json', schema: object({ error: { enum: codes } }) },
      },
    });
    const { changes } = diffContracts(
      toContract({ ...ROUTE, ...error('a', 'b') }),
      toContract({ ...ROUTE, ...error('a', 'b', 'c') }),
    );
    expect(changes).toEqual([
      {
        route: 'POST /a',
        path: 'response/409/body/error',
        rule: 'enum-value-added',
        level: 'major',
        message: 'The value "c" was added.',
      },
    ]);
    expect(diff(error('a', 'b'), error('a', 'b', 'c'), { openEnums: true })).toEqual([
      'minor',
      'enum-value-added',
    ]);
  });
});

describe('diffContracts of WebSockets and effects', () => {
  const socket = (part: Partial<RouteContract>): Partial<RouteContract> => ({
    method: 'WS',
    path: '/chat',
    ...part,
  });

  test('rates messages from the client as requests and messages to it as responses', () => {
    const [few, many] = [{ enum: ['a', 'b'] }, { enum: ['a', 'b', 'c'] }];
    expect(diff(socket({ receive: few }), socket({ receive: many }))[0]).toBe('minor');
    expect(diff(socket({ receive: many }), socket({ receive: few }))[0]).toBe('major');
    expect(diff(socket({ send: few }), socket({ send: many }))[0]).toBe('major');
    expect(diff(socket({ send: many }), socket({ send: few }))[0]).toBe('minor');
    expect(diff(socket({}), socket({ receive: object({ a: text }) }))[0]).toBe('major');
    expect(diff(socket({}), socket({ send: text }))).toEqual(['minor', 'messages-added']);
    expect(diff(socket({ send: text }), socket({}))).toEqual(['major', 'messages-removed']);
  });

  test('rates payloads of effects as requests', () => {
    const effects = (...list: EffectContract[]): Contract => ({
      routes: [],
      effects: list,
      modules: [],
      $defs: {},
    });
    const effect = (payload?: Schema): EffectContract => ({
      name: 'capture',
      file: 'src/effects/capture.ts',
      ...(payload ? { payload } : {}),
    });
    expect(rulesOf(diffContracts(effects(), effects(effect())))).toEqual(['minor', 'effect-added']);
    expect(rulesOf(diffContracts(effects(effect()), effects()))).toEqual([
      'major',
      'effect-removed',
    ]);
    const { changes } = diffContracts(
      effects(effect(object({ id: text }))),
      effects(effect(object({ id: text, at: text }))),
    );
    expect(changes).toMatchObject([
      { route: 'effect capture', path: 'payload/at', level: 'major' },
    ]);
  });
});

describe('diffManifests', () => {
  const manifest = (
    code: string | undefined,
    route = ROUTE,
  ): Pick<Manifest, 'contract' | 'release'> => ({
    release: { version: '1.0.0', id: 'rel_1', ...(code ? { code } : {}) },
    contract: toContract(route),
  });

  test('rates changed code under the same contract as a patch', () => {
    expect(rulesOf(diffManifests(manifest('a'), manifest('a')))).toEqual(['none']);
    expect(rulesOf(diffManifests(manifest('a'), manifest('b')))).toEqual(['patch', 'code-changed']);
    expect(rulesOf(diffManifests(manifest('a'), manifest(undefined)))).toEqual(['none']);
    expect(
      rulesOf(diffManifests(manifest('a'), manifest('b', { ...ROUTE, summary: 'New' }))),
    ).toEqual(['patch', 'description-changed']);
  });
});

test('sorts changes by route, whatever the order in the contract', () => {
  const routes = ['/b', '/a', '/c'].map((path): RouteContract => ({
    ...ROUTE,
    id: `POST ${path}`,
    path,
  }));
  const { changes } = diffContracts(
    { ...toContract(ROUTE), routes },
    { ...toContract(ROUTE), routes: [] },
  );
  expect(changes.map(({ route }) => route)).toEqual(['POST /a', 'POST /b', 'POST /c']);
});

test('toChangelog prints one section per level', () => {
  const { changes } = diffContracts(
    toContract({ ...ROUTE, ...body(object({ a: text }), true) }),
    toContract({
      ...ROUTE,
      ...body(object({ a: text, b: text }, ['a']), true),
      ...responses('500'),
      summary: 'More.',
      name: ['b'],
    }),
  );
  const code: Change = {
    route: '*',
    path: '',
    rule: 'code-changed',
    level: 'patch',
    message: 'The code changed, but the contract did not.',
  };
  const entries = [
    { version: '2.0.0', date: '2026-02-01T10:00:00Z', changes },
    { version: '1.0.1', changes: [code] },
    { version: '1.0.0', date: '2026-01-01' },
  ];
  expect(toChangelog('payments', entries)).toBe(`# Changelog of the payments API

## 2.0.0 (2026-02-01)

### Breaking

- \`POST /a\`
  - The path of the route in the client changed from a to b.

### Added and compatible

- \`POST /a\`
  - \`request/body/b\`: The field \`b\` was added.
  - \`response/500\`: The error status 500 was added.

### Notes

- \`POST /a\`
  - The description changed.

## 1.0.1

### Notes

- The code changed, but the contract did not.

## 1.0.0 (2026-01-01)

First release.
`);
});
