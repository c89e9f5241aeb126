import { stripVTControlCharacters } from 'node:util';
import type { ErrorPayload } from 'vite';
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

const good = "export const handler = () => 'good';\n";
const overlay = (): ErrorPayload['err'] | undefined => {
  const last = dev.sent.filter(({ type }) => type === 'error' || type === 'update').at(-1);
  return last?.type === 'error' ? last.err : undefined;
};

test('responds 500 with file and frame for a broken handler, on its route only, until it is corrected', async () => {
  await start({ 'src/handlers/a.ts': good, 'src/handlers/b.ts': good });
  expect((await ask(dev, '/a')).body).toBe('good');
  await app.write('src/handlers/a.ts', 'export const handler = () => {\n  return 1 +;\n};\n');
  await eventually(async () => expect((await ask(dev, '/a')).status).toBe(500));
  expect((await ask(dev, '/a')).body).toMatchObject({
    status: 500,
    file: 'src/handlers/a.ts',
    line: 2,
    frame: expect.stringContaining('2 |   return 1 +;') as string,
  });
  const { stack } = (await ask(dev, '/a')).body as { stack: string };
  expect(stack).toContain('[PARSE_ERROR] Unexpected token');
  expect(stack).toBe(stripVTControlCharacters(stack));
  expect((await ask(dev, '/b')).body).toBe('good');
  await eventually(() =>
    expect(overlay()).toMatchObject({
      plugin: 'gati',
      loc: { line: 2 },
      frame: expect.stringContaining('return 1 +;') as string,
    }),
  );
  expect(dev.log.join('\n')).toContain('src/handlers/a.ts:2');
  await app.write('src/handlers/a.ts', good);
  await eventually(async () => expect((await ask(dev, '/a')).body).toBe('good'));
  await eventually(() => expect(overlay()).toBeUndefined());
});

test.each<[string, Record<string, string>]>([
  ['wrong types', { 'src/handlers/typed.ts': 'export const handler = (): number => "text";\n' }],
  [
    'wrong syntax',
    Object.fromEntries(
      [
        'src/handlers/syntax.ts',
        'src/handlers/guarded/_guard.ts',
        'src/handlers/wrapped/_middleware.ts',
        'src/effects/mail.ts',
        'src/modules/store.ts',
      ].map((file) => [file, 'export const = ;\n']),
    ),
  ],
])('an error of %s ends when its file is removed', async (_kind, broken) => {
  app = await createTestApp({
    'src/handlers/a.ts': good,
    'src/handlers/guarded/b.ts': good,
    'src/handlers/wrapped/c.ts': good,
  });
  dev = await startDev(app.root, { parts: {} });
  const paths = ['/a', '/guarded/b', '/wrapped/c'];
  for (const path of paths) expect((await ask(dev, path)).body).toBe('good');
  // The watcher is ready, and the first check of types has run.
  await eventually(async () => expect(await app.read('.gati/openapi.json')).toContain('/a'));
  for (const [file, text] of Object.entries(broken)) await app.write(file, text);
  await eventually(() => {
    for (const file of Object.keys(broken)) expect(dev.log.join('\n')).toContain(`${file}:`);
  });
  await eventually(() => expect(overlay()).toBeDefined());
  for (const file of Object.keys(broken)) await app.remove(file);
  await eventually(async () => {
    for (const path of paths) expect((await ask(dev, path)).body).toBe('good');
    expect(overlay()).toBeUndefined();
  });
});

test('warns about an app without handlers until the first handler is added', async () => {
  await start({ 'index.html': '<!doctype html>' });
  await eventually(() =>
    expect(dev.log.join('\n')).toContain(
      `GATI_NO_HANDLERS: There is no src/handlers, src/effects or src/modules in ${app.root}.`,
    ),
  );
  expect(overlay()).toBeUndefined();
  await app.write('src/handlers/a.ts', good);
  await eventually(async () => expect((await ask(dev, '/a')).body).toBe('good'));
  expect(dev.log.join('\n').match(/GATI_NO_HANDLERS:/g)).toHaveLength(1);
});

test('reports the error of a module that fails to load, and loads it again with the next request', async () => {
  await start({
    'src/handlers/a.ts': "import '../boot.ts';\nexport const handler = () => 'up';\n",
    'src/boot.ts': "\nif (!globalThis.up) throw new Error('not up yet');\nexport {};\n",
    'src/handlers/up.ts': 'export const handler = () => { globalThis.up = true; return true; };',
  });
  expect(await ask(dev, '/a')).toMatchObject({
    status: 500,
    body: { detail: 'not up yet', file: 'src/boot.ts' },
  });
  await eventually(() => expect(overlay()?.message).toContain('not up yet'));
  await ask(dev, '/up');
  expect((await ask(dev, '/a')).body).toBe('up');
  await eventually(() => expect(overlay()).toBeUndefined());
});

test.each(['nope-pkg', './nope.ts', '/src/nope.ts'])(
  'names the file that imports the missing module %s',
  async (specifier) => {
    await start({
      'src/handlers/a.ts':
        "import { help } from '../help.ts';\n\nexport const handler = () => help;\n",
      'src/help.ts': `// Helps.\nimport { no } from '${specifier}';\n\nexport const help = no;\n`,
    });
    expect(await ask(dev, '/a')).toMatchObject({
      status: 500,
      body: {
        file: 'src/help.ts',
        line: 2,
        frame: expect.stringContaining(`2 | import { no } from '${specifier}';`) as string,
      },
    });
  },
);

test('names the place of an error that a handler throws', async () => {
  await start({
    'src/handlers/a.ts':
      "interface Wide {\n  a: string;\n}\n\nexport const handler = (): Wide => {\n  throw new TypeError('bad luck');\n};\n",
  });
  expect(await ask(dev, '/a')).toMatchObject({
    status: 500,
    body: {
      detail: 'bad luck',
      file: 'src/handlers/a.ts',
      line: 6,
      frame: expect.stringContaining("6 |   throw new TypeError('bad luck');") as string,
    },
  });
});

test('shows an error of the scan until it is corrected', async () => {
  await start({
    'src/handlers/a.ts': good,
    'src/handlers/b.ts': `export const route = 'GET /a';\n${good}`,
  });
  await eventually(() => expect(overlay()?.message).toContain('GATI_ROUTE_CONFLICT'));
  expect((await ask(dev, '/a')).body).toBe('good');
  await app.write('src/handlers/b.ts', `export const route = 'GET /b';\n${good}`);
  await eventually(() => expect(overlay()).toBeUndefined());
  expect((await ask(dev, '/b')).body).toBe('good');
});

test('shows a type error of a handler that still responds', async () => {
  await start({ 'src/handlers/a.ts': good });
  expect((await ask(dev, '/a')).body).toBe('good');
  await app.write(
    'src/handlers/a.ts',
    `// contract: {"error":"'x' is not a number."}\nexport const handler = () => 'still';\n`,
  );
  await eventually(() => expect(overlay()?.message).toContain("'x' is not a number."));
  expect((await ask(dev, '/a')).body).toBe('still');
  await app.remove('src/handlers/a.ts');
  await eventually(() => expect(overlay()).toBeUndefined());
});

test("responds 500 while a contract can't be read, and serves other routes", async () => {
  await start({
    // The first request waits for this module too.
    'src/modules/slow.ts':
      'export default { setup: () => new Promise((resolve) => setTimeout(resolve, 200, {})) };',
    'src/handlers/a.ts': `// contract: {"crash":"no answer from the compiler"}\n${good}`,
    'src/handlers/b.ts': good,
  });
  expect(await ask(dev, '/a')).toMatchObject({
    status: 500,
    body: { detail: 'no answer from the compiler', file: 'src/handlers/a.ts' },
  });
  expect((await ask(dev, '/b')).body).toBe('good');
  await eventually(() => expect(overlay()?.message).toContain('no answer from the compiler'));
  await app.write('src/handlers/a.ts', good);
  await eventually(async () => expect((await ask(dev, '/a')).body).toBe('good'));
  await eventually(() => expect(overlay()).toBeUndefined());
});

test('shows no error of a module that no request needed, except those of scan and contract', async () => {
  await start({
    'src/handlers/a.ts': good,
    'src/handlers/b.ts': `throw new Error('never loaded');\n${good}`,
  });
  expect((await ask(dev, '/a')).body).toBe('good');
  expect(overlay()).toBeUndefined();
});

test('responds 500 to any value that a handler throws', async () => {
  await start({
    'src/handlers/odd/[kind].ts': `
const odd = {
  bare: () => Object.create(null),
  message: () => Object.assign(new Error('x'), { message: { no: 'text' } }),
  stack: () => Object.assign(new Error('from elsewhere'), { stack: 'Error: from elsewhere\\n    at file://elsewhere/a%2Fb.js:1:1' }),
  id: () => Object.assign(new Error('with an id'), { id: 'user_7' }),
  number: () => Object.assign(new Error('with a number'), { id: 7, loc: null, diagnostic: 'none' }),
  shown: () => ({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('not shown'); } }),
};
export const handler = (req) => { throw odd[req.params.kind](); };
`,
  });
  const details = await Promise.all(
    ['bare', 'message', 'stack', 'id', 'number', 'shown'].map(async (kind) => {
      const { status, body } = await ask(dev, `/odd/${kind}`);
      return [status, body.detail, body.file];
    }),
  );
  expect(details).toEqual([
    [500, '[Object: null prototype] {}', undefined],
    [500, 'Error: [object Object]', 'src/handlers/odd/[kind].ts'],
    [500, 'from elsewhere', undefined],
    [500, 'with an id', 'src/handlers/odd/[kind].ts'],
    [500, 'with a number', 'src/handlers/odd/[kind].ts'],
    [500, "a value that can't be shown (object)", undefined],
  ]);
});
