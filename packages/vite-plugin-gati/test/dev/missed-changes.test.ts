import fs from 'node:fs/promises';
import path from 'node:path';
import { normalizePath } from 'vite';
import { eventually } from '@gati/test-kit/wait';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
/** Whether the watcher drops an event. */
let isDropped: (event: string, file: string) => boolean = () => false;
let dropped: string[] = [];

/** Files that the app has, by name below `src`. */
let disk = new Map<string, string>();
/** Every route that ever existed. */
const routes = new Set<string>();

beforeAll(async () => {
  app = await createTestApp({});
  dev = await startDev(app.root);
  const { watcher } = dev.server;
  const emit = watcher.emit.bind(watcher) as (...args: unknown[]) => boolean;
  watcher.emit = ((event: string, name: string, ...rest: unknown[]) => {
    if (/^(?:add|change|unlink|addDir|unlinkDir)$/.test(event)) {
      const file = path.relative(app.root, name);
      if (isDropped(event, file)) {
        dropped.push(`${event} ${file}`);
        return false;
      }
    }
    return emit(event, name, ...rest);
  }) as typeof watcher.emit;
});
afterAll(async () => {
  await dev.close();
  await app.dispose();
});

/** A handler whose code, contract and helper have the same number. */
const handler = (n: number, helper: string): string => `
// contract: {"query":{"type":"object","properties":{"n":{"enum":["${n}"]}},"required":["n"]}}
import { value } from '${helper}';
export const handler = () => ({ n: ${n}, value });
`;
const helper = (n: number): string => `export const value = ${n};\n`;

const returns = (value: string): string => `export const handler = () => '${value}';\n`;

/** Drops the first event of each type and file. */
function dropFirst(types: RegExp = /./): typeof isDropped {
  const seen = new Set<string>();
  return (event, file) =>
    types.test(event) && !seen.has(`${event} ${file}`) && Boolean(seen.add(`${event} ${file}`));
}

/** Writes the files of the next state, and removes the others. */
async function change(next: Map<string, string>): Promise<void> {
  const src = path.join(app.root, 'src');
  for (const file of disk.keys()) {
    if (next.has(file)) continue;
    await fs.rm(path.join(src, file), { force: true });
    for (let folder = path.dirname(file); folder !== '.'; folder = path.dirname(folder))
      await fs.rmdir(path.join(src, folder)).catch(() => undefined);
  }
  for (const [file, text] of next)
    if (disk.get(file) !== text) await app.write(`src/${file}`, text);
  disk = next;
}

/** Waits until each route has the code and the contract of the files on disk. */
async function expectDisk(): Promise<void> {
  const expected: Record<string, unknown> = {};
  for (const route of routes) expected[route] = 404;
  for (const [file, text] of disk) {
    if (!file.startsWith('handlers/')) continue;
    const route = file.slice('handlers'.length, -'.ts'.length);
    routes.add(route);
    const n = Number(/n: (\d+)/.exec(text)?.[1]);
    const from = path.posix.join(path.dirname(file), /from '(.*)'/.exec(text)![1]!);
    const found = disk.get(`${from}.ts`) ?? disk.get(`${from}/index.ts`);
    expected[route] = found ? { n, value: Number(/= (\d+)/.exec(found)?.[1]) } : 500;
  }
  await eventually(async () => {
    const found: Record<string, unknown> = {};
    for (const route of routes) {
      const file = disk.get(`handlers${route}.ts`);
      const { status, body } = await ask(dev, `${route}?n=${/n: (\d+)/.exec(file ?? '')?.[1]}`);
      found[route] = status === 200 ? body : status;
    }
    expect(found).toEqual(expected);
  });
}

const state = (entries: Record<string, string>): Map<string, string> =>
  new Map(Object.entries(entries));

const FIRST = state({
  'handlers/a.ts': handler(1, '../lib/one'),
  'handlers/deep/b.ts': handler(1, '../../lib/two'),
  'lib/one.ts': helper(1),
  'lib/two/index.ts': helper(1),
});
const SECOND = state({
  'handlers/a.ts': handler(2, '../lib/one'),
  'handlers/other/c.ts': handler(2, '../../lib/two'),
  'handlers/new/deep/d.ts': handler(2, '../../../lib/one'),
  'lib/one/index.ts': helper(2),
  'lib/two.ts': helper(2),
});

test.each(['add', 'change', 'unlink', 'addDir', 'unlinkDir'])(
  'applies changes of which the watcher misses the first %s of each file',
  async (type) => {
    dropped = [];
    for (const next of [FIRST, SECOND, FIRST]) {
      isDropped = dropFirst(new RegExp(`^${type}$`));
      await change(next);
      await expectDisk();
    }
    expect(dropped.every((each) => each.startsWith(`${type} `))).toBe(true);
    expect(dropped).not.toEqual([]);
  },
);

/** Returns numbers from 0 to 1 that depend on a seed: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test.each([1, 2])(
  'equals the disk after random changes of which the watcher misses a third (seed %i)',
  async (seed) => {
    const next = random(seed);
    isDropped = () => next() < 0.33;
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    for (let round = 0; round < 3; round++) {
      const files = new Map<string, string>();
      for (const name of ['one', 'two', 'three'])
        files.set(pick([`lib/${name}.ts`, `lib/${name}/index.ts`]), helper(Math.ceil(next() * 9)));
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
        const folder = pick(['', 'deep/', 'deep/er/', 'other/', undefined]);
        if (folder === undefined) continue;
        const up = '../'.repeat(folder.split('/').length);
        const from = `${up}lib/${pick(['one', 'two', 'three'])}`;
        files.set(`handlers/${folder}${name}.ts`, handler(Math.ceil(next() * 9), from));
      }
      await change(files);
      await expectDisk();
    }
  },
);

test('applies edits that are made as soon as the server runs', async () => {
  const other = await createTestApp({ 'src/handlers/a.ts': returns('one') });
  const started = await startDev(other.root);
  await other.write('src/handlers/a.ts', returns('two'));
  await other.write('src/handlers/b.ts', returns('new'));
  await eventually(async () => expect((await ask(started, '/a')).body).toBe('two'));
  await eventually(async () => expect((await ask(started, '/b')).body).toBe('new'));
  await started.close();
  await other.dispose();
});

test('emits nothing for files that the configuration of Vite ignores', async () => {
  const other = await createTestApp({ 'src/data/a.ts': returns('one') });
  const started = await startDev(other.root, {
    config: { server: { watch: { ignored: ['**/data/**'] } } },
  });
  const emitted: string[] = [];
  for (const type of ['add', 'change'] as const)
    started.server.watcher.on(type, (file) => emitted.push(path.basename(file)));
  await other.write('src/data/a.ts', returns('two'));
  await other.write('src/data/b.ts', returns('new'));
  await other.write('src/handlers/c.ts', returns('seen'));
  await eventually(async () => expect((await ask(started, '/c')).body).toBe('seen'));
  expect(emitted.filter((file) => file !== 'c.ts')).toEqual([]);
  await started.close();
  await other.dispose();
});

test('finds changes in a folder that was deleted and created again without the watcher', async () => {
  isDropped = () => false;
  await change(
    state({ 'handlers/again/a.ts': handler(1, '../../lib/one'), 'lib/one.ts': helper(1) }),
  );
  await expectDisk();
  const folder = path.join(app.root, 'src/handlers/again');
  const text = await fs.readFile(path.join(folder, 'a.ts'));
  await fs.rename(folder, `${folder}-old`);
  await fs.mkdir(folder);
  await fs.writeFile(path.join(folder, 'a.ts'), text);
  await fs.rm(`${folder}-old`, { recursive: true });
  for (let n = 2; n < 5; n++) {
    await app.write(`src/handlers/again/b${n}.ts`, handler(n, '../../lib/one'));
    disk.set(`handlers/again/b${n}.ts`, handler(n, '../../lib/one'));
    await expectDisk();
  }
});

test('finds changes of an imported file outside of src', async () => {
  await app.write('shared/value.ts', helper(1));
  isDropped = () => false;
  await change(state({ 'handlers/outside.ts': handler(1, '../../shared/value') }));
  const isServed = (value: number): Promise<void> =>
    eventually(async () => expect((await ask(dev, '/outside?n=1')).body).toEqual({ n: 1, value }));
  await isServed(1);
  isDropped = dropFirst();
  await app.write('shared/value.ts', helper(2));
  await isServed(2);
  await app.remove('shared/value.ts');
  await eventually(async () => expect((await ask(dev, '/outside?n=1')).status).toBe(500));
  await app.write('shared/value.ts', helper(3));
  await isServed(3);
});

test('emits each missed event once, and none for a temporary file or without a change', async () => {
  isDropped = dropFirst();
  await change(state({ 'lib/one.ts': helper(1), 'handlers/once.ts': handler(1, '../lib/one') }));
  await expectDisk();
  const { watcher } = dev.server;
  const emitted: string[] = [];
  const note =
    (type: string) =>
    (file: string): void =>
      void emitted.push(`${type} ${normalizePath(path.relative(app.root, file))}`);
  for (const type of ['add', 'change', 'unlink'] as const) watcher.on(type, note(type));
  dropped = [];
  isDropped = (event, file) =>
    event === 'unlink' && file.endsWith('once.ts') && dropped.length === 0;
  await app.write('src/lib/one.ts.tmp', helper(2));
  await app.rename('src/lib/one.ts.tmp', 'src/lib/one.ts');
  await app.remove('src/handlers/once.ts');
  disk = state({ 'lib/one.ts': helper(2) });
  await expectDisk();
  await eventually(() => expect(emitted).toContain('unlink src/handlers/once.ts'));
  expect(dropped).toEqual(['unlink src/handlers/once.ts']);
  expect(emitted.filter((each) => each.includes('once'))).toEqual(['unlink src/handlers/once.ts']);
});
