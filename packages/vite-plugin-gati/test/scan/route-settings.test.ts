import { describe, expect, test } from 'vitest';
import { HANDLER, scanOf } from './helpers/scan.ts';

const post = (path: string): string => `export const route = 'POST /${path}';\n${HANDLER}`;

describe('settings of a route', () => {
  test('routes include `allowCrossSite`, unless its value is not constant or not a boolean', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/a.ts': `${post('a')}export const allowCrossSite = true;`,
      'src/handlers/b.ts': `${post('b')}export const allowCrossSite = false;`,
      'src/handlers/c.ts': `${post('c')}export const allowCrossSite = process.env.X === '1';`,
      'src/handlers/d.ts': `${post('d')}export const allowCrossSite = 'yes';`,
      'src/handlers/e.ts': `${post('e')}const yes = true as const; export { yes as allowCrossSite };`,
    });
    expect(routes.filter((route) => route.allowCrossSite).map(({ id }) => id)).toEqual([
      'POST /a',
      'POST /e',
    ]);
    expect(diagnostics.map(({ code, file, line, fix }) => [code, file, line, fix])).toEqual([
      [
        'GATI_ROUTE_NOT_CONSTANT',
        'src/handlers/c.ts',
        3,
        'Write it as a literal: export const allowCrossSite = true.',
      ],
      ['GATI_ROUTE_SETTING', 'src/handlers/d.ts', 3, 'Write: export const allowCrossSite = true.'],
    ]);
  });

  test('include `accept`, and suggest the format that a wrong value means', async () => {
    const accept = (value: string): string => `${post('a')}export const accept = ${value};`;
    const { routes, diagnostics } = await scanOf({
      'src/handlers/a.ts': accept("['json', 'form']"),
    });
    expect(routes[0]?.accept).toEqual(['json', 'form']);
    expect(diagnostics).toEqual([]);
    for (const [value, formats] of [
      ["['form'] as const", ['form']],
      ["['form', 'json', 'form'] satisfies string[]", ['json', 'form']],
    ] as const)
      expect((await scanOf({ 'src/handlers/a.ts': accept(value) })).routes[0]?.accept).toEqual(
        formats,
      );
    for (const [value, message] of [
      ["['forms']", "'accept' can't be \"forms\". Did you mean 'form'?"],
      ["['JSON']", "'accept' can't be \"JSON\". Did you mean 'json'?"],
      [
        "['multipart/form-data']",
        "'accept' can't be \"multipart/form-data\". Did you mean 'form'?",
      ],
      ["['json', 'xml']", "'accept' can't be \"xml\"."],
      ["'form'", "'accept' can't be \"form\". Did you mean ['form']?"],
      ['[]', "'accept' can't be []."],
      ['[1]', "'accept' can't be 1."],
    ] as const) {
      const { routes, diagnostics } = await scanOf({ 'src/handlers/a.ts': accept(value) });
      expect(routes[0]?.accept).toBeUndefined();
      expect(diagnostics).toMatchObject([
        { code: 'GATI_ROUTE_SETTING', message, line: 3, level: 'error' },
      ]);
    }
    const { diagnostics: dynamic } = await scanOf({
      'src/handlers/a.ts': accept("['json', process.env.X]"),
    });
    expect(dynamic.map(({ code }) => code)).toEqual(['GATI_ROUTE_NOT_CONSTANT']);
  });
});
