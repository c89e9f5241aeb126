import { describe, expect, test } from 'vitest';
import { HANDLER, scanOf } from './helpers/scan.ts';

const guard = (security?: string): string =>
  `export const guard = () => {};\n${security === undefined ? '' : `export const security = ${security};\n`}`;
const OUTER = 'src/handlers/_guard.ts';
const INNER = 'src/handlers/a/_guard.ts';
const FILE = 'src/handlers/a/b.ts';

const scanRoute = async (
  files: Record<string, string>,
): Promise<{ guards?: string[]; security?: unknown; codes: string[] }> => {
  const { routes, diagnostics } = await scanOf({ [FILE]: HANDLER, ...files });
  const { guards, security } = routes[0] ?? {};
  return { guards, security, codes: diagnostics.map(({ code }) => code) };
};

describe('the security of a route', () => {
  test.each<[string, Record<string, string>, string[], unknown]>([
    ['nothing', { [OUTER]: guard() }, [OUTER], undefined],
    [
      'every scheme',
      {
        [OUTER]: guard(
          "[{ bearer: { format: 'JWT', scopes: ['a'] } }, { basic: { realm: 'x' } }, { apiKey: { in: 'query', name: 'k' } }, { cookie: { name: 'sid' } }, { openIdConnect: { url: 'https://id.example/o', description: 'Ours.' } }, {}] satisfies Security",
        ),
      },
      [OUTER],
      [
        [{ type: 'bearer', format: 'JWT', scopes: ['a'] }],
        [{ type: 'basic', realm: 'x' }],
        [{ type: 'apiKey', in: 'query', name: 'k' }],
        [{ type: 'apiKey', in: 'cookie', name: 'sid' }],
        [{ type: 'openIdConnect', url: 'https://id.example/o', description: 'Ours.' }],
        [],
      ],
    ],
    [
      'all schemes of an object, and of all guards',
      {
        [OUTER]: guard('[{ bearer: {} }, { basic: {} }]'),
        [INNER]: guard("{ apiKey: { in: 'header', name: 'X-Key' } }"),
      },
      [OUTER, INNER],
      [
        [{ type: 'bearer' }, { type: 'apiKey', in: 'header', name: 'X-Key' }],
        [{ type: 'basic' }, { type: 'apiKey', in: 'header', name: 'X-Key' }],
      ],
    ],
    [
      'scopes that the route adds to the scheme of a guard',
      {
        [OUTER]: guard("{ bearer: { scopes: ['a'] } }"),
        [FILE]: `${HANDLER}export const security = { bearer: { scopes: ['b'] } };`,
      },
      [OUTER],
      [[{ type: 'bearer', scopes: ['a', 'b'] }]],
    ],
    [
      'nothing for a public route, without the guards that declare a security',
      {
        [OUTER]: guard('{ bearer: {} }'),
        [INNER]: guard(),
        [FILE]: `${HANDLER}export const security = false;`,
      },
      [INNER],
      [],
    ],
    [
      'nothing for a public folder',
      { [OUTER]: guard('{ bearer: {} }'), [INNER]: 'export const security = false;' },
      [],
      [],
    ],
    [
      'what a public folder requires instead',
      {
        [OUTER]: guard('{ bearer: {} }'),
        [INNER]: guard('false'),
        [FILE]: `${HANDLER}export const security = { basic: {} };`,
      },
      [INNER],
      [[{ type: 'basic' }]],
    ],
  ])('is %s', async (_what, files, guards, security) => {
    expect(await scanRoute(files)).toEqual({ guards, security, codes: [] });
  });

  test.each([
    ['{ baerer: {} }', 'GATI_SECURITY', "Did you mean 'bearer'?"],
    ['{ bearer: true }', 'GATI_SECURITY', "the value of 'bearer' is not an object"],
    ["{ apiKey: { name: 'k' } }", 'GATI_SECURITY', "'apiKey' needs 'in'"],
    ["{ apiKey: { in: 'body', name: 'k' } }", 'GATI_SECURITY', "'in' of 'apiKey' is not"],
    ["{ cookie: { nam: 's', name: 's' } }", 'GATI_SECURITY', "Did you mean 'name'?"],
    ["{ cookie: { name: 'a b' } }", 'GATI_SECURITY', "'a b' can't be the name"],
    [
      "{ bearer: { scopes: 'a' } }",
      'GATI_SECURITY',
      "'scopes' of 'bearer' is not a list of strings",
    ],
    ["{ openIdConnect: { url: 'id' } }", 'GATI_SECURITY', 'not an absolute URL'],
    ['[]', 'GATI_SECURITY', 'the list is empty'],
    ['true', 'GATI_SECURITY', 'true is not an object of schemes'],
    ['process.env.S', 'GATI_ROUTE_NOT_CONSTANT', "'security' is read without running the file"],
  ])('is reported and the guard stays if it is %s', async (security, code, message) => {
    const { routes, diagnostics } = await scanOf({ [OUTER]: guard(security), [FILE]: HANDLER });
    expect(routes[0]?.guards).toEqual([OUTER]);
    expect(diagnostics).toMatchObject([
      { code, file: OUTER, line: 2, message: expect.stringContaining(message) },
    ]);
  });

  test('reports a security export without a guard function, unless it makes its folder public', async () => {
    const { guards, codes } = await scanRoute({
      [OUTER]: 'export const security = { bearer: {} };',
    });
    expect({ guards, codes }).toEqual({ guards: [OUTER], codes: ['GATI_GUARD_MISSING'] });
  });
});
