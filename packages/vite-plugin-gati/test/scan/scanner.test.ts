import { describe, expect, test } from 'vitest';
import { createScanner } from '../../src/scan/scanner.ts';
import type { Scan } from '../../src/scan/types.ts';
import { createScannedApp, HANDLER } from './helpers/scan.ts';

describe('a scanner', () => {
  test('parses changed files only, and keeps the route of a file with a new syntax error', async () => {
    const app = await createScannedApp({
      'src/handlers/a.ts': `export const route = 'GET /a';\n${HANDLER}`,
      'src/handlers/b.ts': HANDLER,
    });
    const scanner = createScanner(app.root);
    await scanner.scan();
    const update = (...texts: [file: string, text?: string][]): Scan =>
      scanner.update(new Map(texts.map(([file, text]) => [file, text])));
    const a2 = `export const route = 'GET /a2';\n${HANDLER}`;
    expect(update(['src/handlers/c.ts', HANDLER]).routes.map(({ id }) => id)).toEqual([
      'GET /a',
      'GET /b',
      'GET /c',
    ]);
    expect(update(['src/handlers/a.ts', a2]).routes.map(({ id }) => id)).toEqual([
      'GET /a2',
      'GET /b',
      'GET /c',
    ]);
    const broken = update(['src/handlers/a.ts', "export const route = 'GET /"]);
    expect(broken.routes.map(({ id }) => id)).toEqual(['GET /a2', 'GET /b', 'GET /c']);
    expect(broken.diagnostics).toMatchObject([{ code: 'GATI_SYNTAX', file: 'src/handlers/a.ts' }]);
    const last = update(['src/handlers/a.ts'], ['src/handlers/b.ts'], ['src/other.ts', HANDLER]);
    expect(last.routes.map(({ id }) => id)).toEqual(['GET /c']);
    expect(last.diagnostics).toEqual([]);
    await app.write('src/handlers/c.ts', HANDLER);
    await app.remove('src/handlers/a.ts');
    await app.remove('src/handlers/b.ts');
    expect(await scanner.scan()).toEqual(last);
  });

  test('prefers the text of an update to what a running scan read before', async () => {
    const app = await createScannedApp({
      'src/handlers/a.ts': HANDLER,
      'src/handlers/b.ts': HANDLER,
    });
    const scanner = createScanner(app.root);
    await scanner.scan();
    const scanning = scanner.scan();
    scanner.update(
      new Map([
        ['src/handlers/a.ts', `export const route = 'GET /updated';\n${HANDLER}`],
        ['src/handlers/b.ts', undefined],
        ['src/handlers/c.ts', HANDLER],
      ]),
    );
    expect((await scanning).routes.map(({ id }) => id)).toEqual(['GET /c', 'GET /updated']);
    expect((await scanner.scan()).routes.map(({ id }) => id)).toEqual(['GET /a', 'GET /b']);
  });
});
