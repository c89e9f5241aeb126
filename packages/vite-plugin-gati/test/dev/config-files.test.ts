import { eventually } from '@gati/test-kit/wait';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ProjectParts } from '../../src/context.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

async function start(
  files: Record<string, string>,
  root = '',
  parts?: ProjectParts,
): Promise<void> {
  app = await createTestApp(files);
  dev = await startDev(path.posix.join(app.root, root), parts && { parts });
}

const uses = (specifier: string): string =>
  `import { value } from '${specifier}';\nexport const handler = () => ({ value });\n`;
const exports = (value: string): string => `export const value = '${value}';\n`;
const config = (folder: string, rest: object = {}): string =>
  JSON.stringify({ compilerOptions: { paths: { '@lib/*': [`./${folder}/*`] } }, ...rest });
const LIBS = { 'src/one/dep.ts': exports('one'), 'src/two/dep.ts': exports('two') };

/** Waits for the response with a value; `undefined` for 500. */
const expectValue = (value: string | undefined, route = '/use'): Promise<void> =>
  eventually(async () => {
    const { status, body } = await ask(dev, route);
    expect([status, body.value]).toEqual(value === undefined ? [500, undefined] : [200, value]);
  });

describe('`paths`', () => {
  test('`paths` change with an edit of tsconfig.json, even if other files are edited too', async () => {
    await start({
      'tsconfig.json': config('src/one'),
      'src/handlers/use.ts': uses('@lib/dep'),
      ...LIBS,
    });
    await expectValue('one');
    for (const folder of ['two', 'one', 'two']) {
      await app.write('tsconfig.json', config(`src/${folder}`));
      await expectValue(folder);
    }
    await app.write('src/three/dep.ts', exports('three'));
    await app.write('tsconfig.json', config('src/three'));
    await expectValue('three');
    await app.write('src/three/dep.ts', exports('edited'));
    await expectValue('edited');
  });

  test('`paths` appear and disappear with tsconfig.json', async () => {
    await start({ 'src/handlers/use.ts': uses('@lib/dep'), ...LIBS });
    await expectValue(undefined);
    await app.write('tsconfig.json', config('src/one'));
    await expectValue('one');
    await app.remove('tsconfig.json');
    await expectValue(undefined);
    await app.write('tsconfig.json', config('src/two'));
    await expectValue('two');
  });

  test('`paths` change with an edit that replaces tsconfig.json, or that empties it first', async () => {
    await start({
      'tsconfig.json': config('src/one'),
      'src/handlers/use.ts': uses('@lib/dep'),
      ...LIBS,
    });
    await expectValue('one');
    await app.write('tsconfig.json.tmp', config('src/two'));
    await app.rename('tsconfig.json.tmp', 'tsconfig.json');
    await expectValue('two');
    await app.write('tsconfig.json', '');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await app.write('tsconfig.json', config('src/one'));
    await expectValue('one');
  });

  test.each([
    ['of the same folder', '', './tsconfig.base.json', 'tsconfig.base.json', 'src/'],
    ['of another name', '', './config/paths', 'config/paths.json', '../src/'],
    ['outside of the root', 'apps/api', '../../base.json', 'base.json', 'apps/api/src/'],
  ])(
    'change with an extended configuration %s: created, edited and deleted',
    async (_, root, name, file, folder) => {
      const inRoot = (files: Record<string, string>): Record<string, string> =>
        Object.fromEntries(
          Object.entries(files).map(([each, text]) => [path.posix.join(root, each), text]),
        );
      await start(
        inRoot({
          'package.json': '{}',
          'tsconfig.json': JSON.stringify({ extends: name, include: ['src'] }),
          'src/handlers/use.ts': uses('@lib/dep'),
          ...LIBS,
        }),
        root,
      );
      await expectValue(undefined);
      await app.write(file, config(`${folder}one`));
      await expectValue('one');
      await app.write(file, config(`${folder}two`));
      await expectValue('two');
      await app.remove(file);
      await expectValue(undefined);
      await app.write(file, config(`${folder}one`));
      await expectValue('one');
    },
  );
});

test('`imports` change with an edit of package.json', async () => {
  const imports = (folder: string): string =>
    JSON.stringify({ type: 'module', imports: { '#lib/*': `./src/${folder}/*.ts` } });
  await start({
    'package.json': imports('one'),
    'src/handlers/use.ts': uses('#lib/dep'),
    ...LIBS,
  });
  await expectValue('one');
  await app.write('package.json', imports('two'));
  await expectValue('two');
});

test.each([
  ['tsconfig.json', config('src/one'), config('src/two'), '@lib/dep'],
  ['config/paths.json', config('../src/one'), config('../src/two'), '@lib/dep'],
  [
    'package.json',
    JSON.stringify({ type: 'module', imports: { '#lib/*': './src/one/*.ts' } }),
    JSON.stringify({ type: 'module', imports: { '#lib/*': './src/two/*.ts' } }),
    '#lib/dep',
  ],
])(
  'an edit of %s takes effect, even if the watcher drops it because it follows another too soon',
  async (file, one, two, specifier) => {
    await start({
      'tsconfig.json': JSON.stringify({ extends: './config/paths.json', include: ['src'] }),
      'config/paths.json': config('../src/one'),
      [file]: one,
      'src/handlers/use.ts': uses(specifier),
      ...LIBS,
    });
    await expectValue('one');
    for (const [next, value] of [
      [two, 'two'],
      [one, 'one'],
    ] as const) {
      const seen = new Promise<void>((resolve) => {
        dev.server.watcher.once('change', () => setTimeout(resolve, 20));
      });
      await app.write(
        file,
        value === 'two' ? one.replace('one', 'none') : two.replace('two', 'none'),
      );
      await seen;
      await app.write(file, next);
      await expectValue(value);
    }
  },
);

test('modules, middleware and code of a route follow one edit of tsconfig.json, without copies', async () => {
  const state = (name: string): string =>
    `globalThis.copies = (globalThis.copies ?? 0) + 1;\nexport const state = { name: '${name}' };\n`;
  await start({
    'tsconfig.json': config('src/one'),
    'src/one/state.ts': state('one'),
    'src/two/state.ts': state('two'),
    'src/modules/held.ts':
      "import { state } from '@lib/state';\nexport default { setup: () => ({ state }) };\n",
    'src/handlers/_middleware.ts':
      "import { state } from '@lib/state';\nexport const middleware = (req, res, gctx, lctx, next) => { lctx.state.set('state', state); return next(); };\n",
    'src/handlers/use.ts':
      "import { state } from '@lib/state';\nexport const handler = (req, res, gctx, lctx) => ({ value: state.name, same: state === gctx.modules.held.state && state === lctx.state.get('state') });\n",
  });
  await expectValue('one');
  await app.write('tsconfig.json', config('src/two'));
  await expectValue('two');
  await eventually(async () =>
    expect((await ask(dev, '/use')).body).toEqual({ value: 'two', same: true }),
  );
});

describe.each(['typescript-7', 'typescript-classic'] as const)('the contract, by %s', (engine) => {
  test('follows an extended configuration that changes, back and forth', async () => {
    const handler = `import type { Dto } from '@lib/dto';\nexport const route = 'POST /use';\nexport type Body = Dto;\nexport const handler: Handler<typeof route> = (req) => ({ value: typeof req.body.id });\n`;
    await start(
      {
        'tsconfig.json': JSON.stringify({ extends: './config/paths.json', include: ['src'] }),
        'config/paths.json': config('../src/one'),
        'src/one/dto.ts': 'export interface Dto { id: string }\n',
        'src/two/dto.ts': 'export interface Dto { id: number }\n',
        'src/handlers/use.ts': handler,
      },
      '',
      { engine },
    );
    const statuses = async (): Promise<number[]> => [
      (await ask(dev, '/use', { json: { id: 'a' } })).status,
      (await ask(dev, '/use', { json: { id: 1 } })).status,
    ];
    // The slower compiler shares the code that writes the client.
    const isInClient = async (text: RegExp): Promise<void> => {
      if (engine === 'typescript-classic') return;
      await eventually(async () =>
        expect(await app.read('.gati/generated/client.ts')).toMatch(text),
      );
    };
    await eventually(async () => expect(await statuses()).toEqual([200, 400]));
    await isInClient(/\bid: string/);
    await app.write('config/paths.json', config('../src/two'));
    await eventually(async () => expect(await statuses()).toEqual([400, 200]));
    await isInClient(/\bid: number/);
    await app.write('config/paths.json', config('../src/one'));
    await eventually(async () => expect(await statuses()).toEqual([200, 400]));
  });
});
