import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import {
  assembleContract,
  type OpenApiDocument,
  parseManifest,
  type RouteContract,
  type SecurityScheme,
  toOpenApi,
} from '../../src/index.ts';

const route = (id: string, security?: SecurityScheme[][]): RouteContract => {
  const [method, path] = id.split(' ') as [RouteContract['method'], string];
  return {
    id,
    method,
    path,
    domain: 'root',
    name: [id],
    file: 'src/handlers/a.ts',
    ...(security && { security }),
    responses: { '200': {} },
  };
};

async function documentOf(...routes: RouteContract[]): Promise<OpenApiDocument> {
  const contract = assembleContract({
    routes: routes.map((each) => ({ contract: each, $defs: {} })),
  });
  const document = toOpenApi(contract, { title: 'Shop', version: '1.0.0' });
  const { errors = [] } = await new Validator().validate(
    structuredClone(document) as unknown as Record<string, unknown>,
  );
  expect(errors).toEqual([]);
  expect(lint(document)).toEqual([]);
  return document;
}

/**
 * The conditions of the rules that linters have about security: `security-defined` of Redocly, and
 * `oas3-operation-security-defined`, `operation-security-defined` and
 * `oas3-valid-security-scheme` of Spectral.
 */
function lint(document: OpenApiDocument): string[] {
  const found: string[] = [];
  const schemes = document.components.securitySchemes ?? {};
  const used = new Set<string>();
  for (const [path, item] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(item)) {
      const security = operation.security ?? document.security;
      if (!Array.isArray(security)) found.push(`${method} ${path} has no security`);
      for (const [name, scopes] of security.flatMap((each) => Object.entries(each))) {
        used.add(name);
        if (!Object.hasOwn(schemes, name)) found.push(`${method} ${path} names ${name}`);
        if (!Array.isArray(scopes)) found.push(`${method} ${path} has no scopes for ${name}`);
      }
    }
  for (const [name, scheme] of Object.entries(schemes)) {
    if (!/^[\w.-]+$/.test(name)) found.push(`${name} can't be a key`);
    if (!used.has(name)) found.push(`${name} is not used`);
    if (scheme.type === 'apiKey' && !(scheme.in && scheme.name)) found.push(`${name} has no place`);
    if (scheme.type === 'http' && !scheme.scheme) found.push(`${name} has no scheme`);
    if (scheme.type === 'openIdConnect' && !URL.canParse(scheme.openIdConnectUrl ?? ''))
      found.push(`${name} has no URL`);
  }
  return found;
}

describe('security in OpenAPI', () => {
  test('the document has the schemes of all routes, and what each route requires', async () => {
    const document = await documentOf(
      route('GET /a', [
        [{ type: 'bearer', format: 'JWT', scopes: ['read'], description: 'A token.' }],
        [{ type: 'apiKey', in: 'header', name: 'X-Key' }, { type: 'basic' }],
        [],
      ]),
      route('GET /b', [[{ type: 'apiKey', in: 'query', name: 'key' }]]),
      route('GET /c', [[{ type: 'apiKey', in: 'cookie', name: 'sid' }]]),
      route('GET /d', [[{ type: 'openIdConnect', url: 'https://id.example/o', scopes: ['x'] }]]),
      route('GET /e', [[{ type: 'apiKey', in: 'header', name: 'x-key' }]]),
      route('GET /open', []),
      route('GET /silent'),
      route('WS /live', [[{ type: 'bearer' }]]),
    );
    expect(document.components.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token.' },
      basic: { type: 'http', scheme: 'basic' },
      apiKey: { type: 'apiKey', in: 'header', name: 'X-Key' },
      apiKey2: { type: 'apiKey', in: 'query', name: 'key' },
      cookie: { type: 'apiKey', in: 'cookie', name: 'sid' },
      openIdConnect: { type: 'openIdConnect', openIdConnectUrl: 'https://id.example/o' },
    });
    const securityOf = (path: string): unknown => document.paths[path]?.get?.security;
    expect(document.security).toEqual([]);
    expect(Object.keys(document.paths).map((path) => [path, securityOf(path)])).toEqual([
      ['/a', [{ bearer: ['read'] }, { apiKey: [], basic: [] }, {}]],
      ['/b', [{ apiKey2: [] }]],
      ['/c', [{ cookie: [] }]],
      ['/d', [{ openIdConnect: ['x'] }]],
      ['/e', [{ apiKey: [] }]],
      ['/open', []],
      ['/silent', undefined],
      ['/live', [{ bearer: [] }]],
    ]);
  });

  test('the document has no schemes without security', async () => {
    const document = await documentOf(route('GET /a'));
    expect(document.components).not.toHaveProperty('securitySchemes');
    expect(document.security).toEqual([]);
  });
});

test.each([
  [{ type: 'magic' }, /type must be "bearer" or "basic"/],
  [{ type: 'apiKey', in: 'body', name: 'x' }, /in must be "header"/],
  [{ type: 'apiKey', in: 'header' }, /name must be a string, but is absent/],
  [{ type: 'openIdConnect' }, /url must be a string, but is absent/],
  [{ type: 'bearer', scopes: 'x' }, /scopes must be an array/],
])('a manifest with the security %j is rejected', (scheme, message) => {
  const contract = assembleContract({
    routes: [{ contract: route('GET /a', [[scheme as SecurityScheme]]), $defs: {} }],
  });
  const release = { version: '1.0.0', id: 'rel_0123456789abcdef' };
  expect(() => parseManifest({ format: 1, name: 'a', release, contract })).toThrow(message);
});
