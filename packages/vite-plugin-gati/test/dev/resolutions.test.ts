import { eventually } from '@gati/test-kit/wait';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'vite';
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

const uses = (specifier: string): string =>
  `import { value } from '${specifier}';\nexport const handler = () => ({ value });\n`;
const exports = (value: string): string => `export const value = '${value}';\n`;

/** Waits for the response with a value; `undefined` for 500. */
const expectValue = (value: string | undefined, route = '/use'): Promise<void> =>
  eventually(async () => {
    const { status, body } = await ask(dev, route);
    expect([status, body.value]).toEqual(value === undefined ? [500, undefined] : [200, value]);
  });

test.each([
  ['a file', '../lib/dep', 'src/lib/dep.ts'],
  ['a file that is imported as JavaScript', '../lib/dep.js', 'src/lib/dep.ts'],
  ['a folder', '../lib/dep', 'src/lib/dep/index.ts'],
  ['a deep folder', '../deep/a/b/dep.ts', 'src/deep/a/b/dep.ts'],
])('finds %s that is created after it was imported', async (_, specifier, file) => {
  await start({ 'src/handlers/use.ts': uses(specifier) });
  await expectValue(undefined);
  await app.write(file, exports('one'));
  await expectValue('one');
  await app.remove(file);
  await expectValue(undefined);
  await app.write(file, exports('two'));
  await expectValue('two');
});

test('finds a file that is created before the first request and after the import', async () => {
  await start({ 'src/handlers/use.ts': `export const handler = () => ({ value: 'plain' });\n` });
  await expectValue('plain');
  await app.write('src/handlers/use.ts', uses('../lib/dep'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await app.write('src/lib/dep.ts', exports('one'));
  await expectValue('one');
});

test('follows a file that is renamed away and back, and one that takes its name', async () => {
  await start({
    'src/handlers/use.ts': uses('../lib/dep'),
    'src/lib/dep.ts': exports('one'),
    'src/lib/Dep.ts': exports('capital'),
  });
  await expectValue('one');
  await app.rename('src/lib/dep.ts', 'src/lib/gone.ts');
  await expectValue(undefined);
  await app.rename('src/lib/Dep.ts', 'src/lib/dep.ts');
  await expectValue('capital');
  await app.remove('src/lib/dep.ts');
  await app.rename('src/lib/gone.ts', 'src/lib/dep.ts');
  await expectValue('one');
});

test('follows a file that shadows a folder, and the folder when the file goes', async () => {
  await start({
    'src/handlers/use.ts': uses('../lib/dep'),
    'src/lib/dep/index.ts': exports('folder'),
  });
  await expectValue('folder');
  await app.write('src/lib/dep.ts', exports('file'));
  await expectValue('file');
  await app.remove('src/lib/dep.ts');
  await expectValue('folder');
});

test('follows a folder that is removed, renamed and created again', async () => {
  await start({
    'src/handlers/use.ts': uses('../lib/dep'),
    'src/lib/dep/index.ts': "export * from './inner';\n",
    'src/lib/dep/inner.ts': exports('one'),
  });
  await expectValue('one');
  await app.rename('src/lib/dep', 'src/lib/other');
  await expectValue(undefined);
  await app.rename('src/lib/other', 'src/lib/dep');
  await expectValue('one');
  await fs.rm(path.join(app.root, 'src/lib'), { recursive: true });
  await expectValue(undefined);
  await app.write('src/lib/dep/index.ts', "export * from './inner';\n");
  await app.write('src/lib/dep/inner.ts', exports('two'));
  await expectValue('two');
});

test('finds a file that is created below a helper, in middleware and in a module', async () => {
  await start({
    'src/handlers/use.ts': uses('../lib/helper'),
    'src/lib/helper.ts': "export { value } from './dep';\n",
    'src/handlers/deep/_middleware.ts':
      "import { value } from '../../lib/dep';\nexport const middleware = (req, res, gctx, lctx, next) => { lctx.state.set('value', value); return next(); };\n",
    'src/handlers/deep/a.ts':
      "export const handler = (req, res, gctx, lctx) => ({ value: lctx.state.get('value') });\n",
    'src/modules/clock.ts':
      "import { value } from '../lib/dep';\nexport default { setup: () => ({ value }) };\n",
    'src/handlers/clock.ts':
      'export const handler = (req, res, gctx) => ({ value: gctx.modules.clock.value });\n',
  });
  for (const route of ['/use', '/deep/a', '/clock']) await expectValue(undefined, route);
  await app.write('src/lib/dep.ts', exports('one'));
  for (const route of ['/use', '/deep/a', '/clock']) await expectValue('one', route);
});

test('finds a file that is created while the module that imports it loads', async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  /**
   * Delays one of two imports, so that the module is still loading when the other import fails to
   * resolve.
   */
  const hold: Plugin = {
    name: 'hold',
    enforce: 'pre',
    async resolveId(source) {
      if (source === '../lib/slow') await held;
    },
  };
  app = await createTestApp({
    'src/handlers/use.ts': `import '../lib/slow';\n${uses('../lib/dep')}`,
    'src/handlers/other.ts': uses('../lib/dep'),
    'src/lib/slow.ts': 'export {};\n',
  });
  dev = await startDev(app.root, { more: [hold] });
  await expectValue(undefined, '/other');
  const first = ask(dev, '/use');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await app.write('src/lib/dep.ts', exports('one'));
  await expectValue('one', '/other');
  release();
  await first;
  await expectValue('one');
});

test('finds a file whose creation the watcher reports as an edit', async () => {
  await start({ 'src/handlers/use.ts': uses('../lib/dep') });
  await expectValue(undefined);
  const { watcher } = dev.server;
  const { emit } = watcher;
  // As when the file was deleted just before.
  watcher.emit = ((...parts: [name: 'change', file: string]) => {
    const isCreation = parts.join(' ').endsWith('/dep.ts');
    const [name, file, ...more] = parts.map((part) =>
      isCreation && (part as string) === 'add' ? 'change' : part,
    );
    return emit.call(watcher, name as 'change', file!, ...(more as []));
  }) as typeof watcher.emit;
  await app.write('src/lib/dep.ts', exports('one'));
  await expectValue('one');
});

test('follows `paths` of tsconfig.json, also after edits of the files', async () => {
  await start({
    'tsconfig.json': JSON.stringify({
      compilerOptions: { paths: { '@lib/*': ['./src/one/*'] } },
      include: ['src'],
    }),
    'src/handlers/use.ts': uses('@lib/dep'),
    'src/one/dep.ts': exports('one'),
  });
  await expectValue('one');
  await app.remove('src/one/dep.ts');
  await expectValue(undefined);
  await app.write('src/one/dep.ts', exports('again'));
  await expectValue('again');
});

test('serves 100 files that are replaced at the same time as they are on disk', async () => {
  const files = (folder: string): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [
        `src/${folder}/dep${n}.ts`,
        exports(`${folder} ${n}`),
      ]),
    );
  const handler = (folder: string): string =>
    `${Array.from({ length: 100 }, (_, n) => `import { value as v${n} } from '../${folder}/dep${n}';`).join('\n')}
export const handler = () => ({ value: [${Array.from({ length: 100 }, (_, n) => `v${n}`).join(', ')}].join() });\n`;
  const value = (folder: string): string =>
    Array.from({ length: 100 }, (_, n) => `${folder} ${n}`).join();
  await start({ 'src/handlers/use.ts': handler('a'), ...files('a') });
  await expectValue(value('a'));
  await fs.rm(path.join(app.root, 'src/a'), { recursive: true });
  await app.write('src/handlers/use.ts', handler('b'));
  for (const [file, text] of Object.entries(files('b'))) await app.write(file, text);
  await expectValue(value('b'));
});
