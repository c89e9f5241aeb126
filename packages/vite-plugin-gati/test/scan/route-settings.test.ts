import { describe, expect, test } from 'vitest';
import { HANDLER, scanOf } from './helpers/scan.ts';

const post = (path: string): string => `export const route = 'POST /${path}';\n${HANDLER}`;

describe('settings of a route', () => {
  test('include `allowCrossSite`, unless its value is not constant or not a boolean', async () => {
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
});
