import path from 'node:path';
import { normalizePath } from 'vite';
import { eventually } from '@gati/test-kit/wait';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

const returns = (text: string): string => `export const handler = () => '${text}';\n`;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let app: TestApp;
let dev: DevApp;
/** Files whose removal the watcher did not report, and files whose removal it reported. */
let swallowed: string[];
let told: string[];

beforeEach(async () => {
  app = await createTestApp({
    'src/handlers/a.ts': returns('a'),
    'src/handlers/old/b.ts': returns('b'),
  });
  dev = await startDev(app.root);
  swallowed = [];
  told = [];
  const { watcher } = dev.server;
  const emit = watcher.emit.bind(watcher) as (...args: unknown[]) => boolean;
  // The real watcher reports no removal of a file that was created while it read the folders. This
  // one drops the first removal of each file.
  watcher.emit = ((event: string, file: string, ...rest: unknown[]) => {
    if (event !== 'unlink') return emit(event, file, ...rest);
    const name = normalizePath(path.relative(app.root, file));
    const isLost = !swallowed.includes(name);
    (isLost ? swallowed : told).push(name);
    return isLost ? false : emit(event, file, ...rest);
  }) as typeof watcher.emit;
});

afterEach(async () => {
  await dev.close();
  await app.dispose();
});

test('removes a route whose removal the watcher missed, and adds it again with its file', async () => {
  await app.write('src/handlers/c.ts', returns('c'));
  await eventually(async () =>
    expect(await ask(dev, '/c')).toMatchObject({ status: 200, body: 'c' }),
  );
  await app.rename('src/handlers/c.ts', 'src/handlers/deep/d.ts');
  await eventually(async () =>
    expect(await ask(dev, '/deep/d')).toMatchObject({ status: 200, body: 'c' }),
  );
  await eventually(async () => expect((await ask(dev, '/c')).status).toBe(404));
  expect(swallowed).toEqual(['src/handlers/c.ts']);
  expect(told.filter((file) => file.startsWith('src/handlers/'))).toEqual(['src/handlers/c.ts']);
  await app.write('src/handlers/c.ts', returns('again'));
  await eventually(async () =>
    expect(await ask(dev, '/c')).toMatchObject({ status: 200, body: 'again' }),
  );
});

test('removes the routes of a removed folder, even if no request used them', async () => {
  // Waits until the watcher has read the folders and the app is scanned again.
  await sleep(1500);
  await app.rename('src/handlers/old', 'src/handlers/new');
  await eventually(async () =>
    expect(await ask(dev, '/new/b')).toMatchObject({ status: 200, body: 'b' }),
  );
  await eventually(() => expect(told).toContain('src/handlers/old/b.ts'));
  await eventually(async () => expect((await ask(dev, '/old/b')).status).toBe(404));
  expect(told.filter((file) => file.startsWith('src/handlers/'))).toEqual([
    'src/handlers/old/b.ts',
  ]);
});

test('reports no removal of a temporary file, nor of a file that exists again', async () => {
  await sleep(1000);
  await app.write('src/handlers/a.ts.tmp', returns('a2'));
  await app.rename('src/handlers/a.ts.tmp', 'src/handlers/a.ts');
  await eventually(async () =>
    expect(await ask(dev, '/a')).toMatchObject({ status: 200, body: 'a2' }),
  );
  await sleep(600);
  expect(told.filter((file) => file.startsWith('src/handlers/'))).toEqual([]);
  expect(await ask(dev, '/a')).toMatchObject({ status: 200, body: 'a2' });
});
