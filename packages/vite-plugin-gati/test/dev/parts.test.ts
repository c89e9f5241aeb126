import { eventually } from '@gati/test-kit/wait';
import { afterEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

async function start(files: Record<string, string>): Promise<void> {
  app = await createTestApp(files);
  dev = await startDev(app.root);
}

test('modules are replaced, added and removed while the app runs', async () => {
  const ledger = (n: number): string => `
globalThis.ledger ??= [];
export default {
  setup() { globalThis.ledger.push('up ${n}'); return { read: () => ${n} }; },
  dispose() { globalThis.ledger.push('down ${n}'); },
};
`;
  await start({
    'src/modules/ledger.ts': ledger(1),
    'src/handlers/a.ts':
      'export const handler = (req, res, gctx) => [gctx.modules.ledger?.read() ?? null, gctx.modules.plain?.twice(2) ?? null, globalThis.ledger];',
  });
  expect((await ask(dev, '/a')).body).toEqual([1, null, ['up 1']]);
  await app.write('src/modules/ledger.ts', ledger(2));
  // A watcher may report one edit twice. Each report replaces the module.
  const swapped = /^up 1,up 2,down 1(?:,up 2,down 2)*$/;
  await eventually(async () =>
    expect((await ask(dev, '/a')).body).toEqual([2, null, expect.any(Array)]),
  );
  await eventually(async () => expect(String((await ask(dev, '/a')).body[2])).toMatch(swapped));
  await app.write('src/modules/plain.ts', 'export const twice = (n: number) => 2 * n;');
  await eventually(async () => expect((await ask(dev, '/a')).body[1]).toBe(4));
  await app.write('src/modules/ledger.ts', "throw new Error('no ledger');");
  await eventually(() => expect(dev.log.join('\n')).toContain('no ledger'));
  expect((await ask(dev, '/a')).body[0]).toBe(2);
  await app.remove('src/modules/ledger.ts');
  await eventually(async () => expect((await ask(dev, '/a')).body[0]).toBeNull());
});

test('handlers get the configuration from .env, and a missing variable is reported', async () => {
  const config = (name: string): string => `
export default { '~standard': { version: 1, vendor: 'test', validate: (env) => env.${name} ? { value: { name: env.${name} } } : { issues: [{ message: 'Required', path: ['${name}'] }] } } };
`;
  await start({
    '.env': 'FIRST=from file\nSECOND=other',
    'src/config.ts': config('FIRST'),
    'src/handlers/a.ts': 'export const handler = (req, res, gctx) => gctx.config.name;',
  });
  expect((await ask(dev, '/a')).body).toBe('from file');
  await app.write('src/config.ts', config('SECOND'));
  await eventually(async () => expect((await ask(dev, '/a')).body).toBe('other'));
  await app.write('src/config.ts', config('THIRD'));
  await eventually(async () =>
    expect(await ask(dev, '/a')).toMatchObject({
      status: 500,
      body: {
        file: 'src/config.ts',
        detail: expect.stringContaining('THIRD is missing') as string,
      },
    }),
  );
  await app.write('.env', 'THIRD=third');
  await eventually(async () => expect((await ask(dev, '/a')).body).toBe('third'));
});

test('effects run with the code and the contract of the last edit', async () => {
  const effect = (n: number, type: string): string => `
// contract: {"payload":{"type":"object","properties":{"id":{"type":"${type}"}},"required":["id"]}}
export async function run(payload) { (globalThis.ran ??= []).push([${n}, payload.id]); }
`;
  await start({
    'src/effects/note.ts': effect(1, 'string'),
    'src/handlers/a.ts': `
export const route = 'POST /a';
// contract: {"body":{"required":true,"contentTypes":["application/json"],"schema":{}}}
export const handler = async (req, res, gctx) => { await gctx.effects.enqueue('note', req.body); return true; };`,
    'src/handlers/ran.ts': 'export const handler = () => globalThis.ran ?? [];',
  });
  expect((await ask(dev, '/a', { json: { id: 'x' } })).status).toBe(200);
  await eventually(async () => expect((await ask(dev, '/ran')).body).toEqual([[1, 'x']]));
  expect((await ask(dev, '/a', { json: { id: 5 } })).status).toBe(500);
  await app.write('src/effects/note.ts', effect(2, 'number'));
  await eventually(async () =>
    expect((await ask(dev, '/a', { json: { id: 5 } })).status).toBe(200),
  );
  await eventually(async () =>
    expect((await ask(dev, '/ran')).body).toEqual([
      [1, 'x'],
      [2, 5],
    ]),
  );
});

test('writes types, client and documents, and again after a change', async () => {
  await start({ 'src/handlers/a.ts': 'export const handler = () => 1;' });
  await eventually(async () =>
    expect(await app.read('.gati/generated/client.ts')).toContain('GET /a'),
  );
  expect(await app.read('.gati/types/gati.d.ts')).toContain('GET /a');
  expect(await app.read('.gati/.gitignore')).toBe('*\n!/playground/\n!/playground/*.yaml\n');
  expect(await app.read('src/gati-env.d.ts')).toContain('vite-plugin-gati/types');
  expect(JSON.parse(await app.read('.gati/gati.manifest.json'))).toMatchObject({
    name: 'test-app',
    release: { version: '1.2.3' },
  });
  expect(JSON.parse(await app.read('.gati/openapi.json'))).toMatchObject({ openapi: '3.1.0' });
  await app.write('src/handlers/b.ts', 'export const handler = () => 1;');
  await eventually(async () =>
    expect(await app.read('.gati/generated/client.ts')).toContain('GET /b'),
  );
});

test('a page gets the generated client, and its changes', async () => {
  await start({
    'index.html': '<script type="module" src="/src/main.ts"></script>',
    'src/main.ts': "import { client } from 'virtual:gati/client'; console.log(client);",
    'src/handlers/a.ts': 'export const handler = () => 1;',
  });
  const main = (await ask(dev, '/src/main.ts')).body as string;
  const url =
    /from\s*"([^"]*gati\/client[^"]*)"/.exec(main)?.[1] ??
    /import\s*.*?"([^"]*gati[^"]*client[^"]*)"/.exec(main)?.[1];
  const module = (await ask(dev, url ?? 'no import')).body as string;
  expect(module).toContain('/.gati/generated/client.ts');
  expect((await ask(dev, '/.gati/generated/client.ts')).body).toContain('GET /a');
  await app.write('src/handlers/b.ts', 'export const handler = () => 1;');
  await eventually(async () =>
    expect((await ask(dev, '/.gati/generated/client.ts')).body).toContain('GET /b'),
  );
});
