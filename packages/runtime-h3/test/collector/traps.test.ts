import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { describe, expect, test } from 'vitest';
import { toCapture } from '../../src/collector/parse-capture.ts';
import { runTelemetryCommand } from '../../src/collector/command/main.ts';
import { readerOf } from '../../src/collector/command/reader.ts';
import { openTelemetryStore } from '../../src/collector/store/open-store.ts';
import type { TelemetryStore } from '../../src/collector/telemetry-store.ts';
import { createTrapFeed } from '../../src/collector/traps/trap-feed.ts';
import { openNative } from '../../src/data/native-sqlite.ts';
import type { RequestCapture } from '../../src/types/capture.ts';
import type { ArmedTrap, TrapRequest } from '../../src/types/trap.ts';
import { DAY } from './records.ts';

const folder = temporaryFolder('traps');
let files = 0;
const url = (): string => `sqlite:${join(folder, `${files++}.db`)}`;
let ids = 0;
const hex = (length: number): string => (++ids).toString(16).padStart(length, '0');

function capture(traps?: string[], text = '{"a":1}'): RequestCapture {
  return {
    kind: 'request',
    traceId: hex(32),
    spanId: hex(16),
    time: DAY,
    us: 1500,
    version: '1.0.0',
    pid: 1,
    method: 'POST',
    route: '/orders',
    status: 500,
    target: '/orders',
    request: { headers: [['accept', '*/*']], body: { type: 'application/json', size: 7, text } },
    response: { headers: [] },
    ...(traps && { traps }),
  };
}
const write = (store: TelemetryStore, ...captures: RequestCapture[]): void =>
  store.write({ requests: [], spans: [], logs: [], captures });
const wanted = (more: Partial<TrapRequest> = {}): TrapRequest => ({
  where: { route: '/orders', status: '5xx' },
  limit: 2,
  within: 60_000,
  by: 'Ada',
  ...more,
});

describe('a trap in the store', () => {
  test('is armed until it is full, over all processes that write', async () => {
    const address = url();
    const [one, other] = [0, 1].map(() => openTelemetryStore(address, { now: () => DAY }));
    const trap = await one!.traps.add(wanted());
    expect(trap).toMatchObject({
      state: 'armed',
      kept: 0,
      title: '/orders, status 5xx',
      by: 'Ada',
    });
    expect(other!.armedTraps()).toEqual([
      { id: trap.id, where: trap.where, left: 2, within: 60_000 },
    ]);
    const caught = [1, 2, 3, 4].map(() => capture([trap.id]));
    write(one!, caught[0]!);
    write(other!, caught[1]!, caught[2]!);
    write(one!, caught[3]!);
    const detail = await other!.traps.get(trap.id);
    expect(detail).toMatchObject({ state: 'full', kept: 2 });
    expect(detail!.catches.map(({ traceId }) => traceId)).toEqual(
      caught.slice(0, 2).map(({ traceId }) => traceId),
    );
    expect(detail!.catches[0]).toMatchObject({ subject: 'POST /orders', result: '500' });
    expect((await one!.trace(caught[0]!.traceId))?.captures).toEqual([caught[0]]);
    expect(await one!.trace(caught[3]!.traceId)).toBeUndefined();
    expect(one!.armedTraps()).toEqual([]);
    one!.close();
    other!.close();
  });

  test('expires, and can be removed; captures without a trap are stored', async () => {
    let now = DAY;
    const store = openTelemetryStore('memory:', { now: () => now });
    const [short, gone] = [await store.traps.add(wanted()), await store.traps.add(wanted())];
    now += 60_001;
    expect(store.armedTraps()).toEqual([]);
    expect((await store.traps.get(short.id))?.state).toBe('expired');
    expect(await store.traps.remove(gone.id)).toBe(true);
    expect(await store.traps.remove(gone.id)).toBe(false);
    const [late, unknown, plain] = [capture([short.id]), capture([gone.id]), capture()];
    write(store, late, unknown, plain);
    expect(await store.trace(late.traceId)).toBeUndefined();
    expect(await store.trace(unknown.traceId)).toBeUndefined();
    expect((await store.trace(plain.traceId))?.captures).toEqual([plain]);
    store.close();
  });

  test.each<[string, Partial<TrapRequest>]>([
    ['no requests', { limit: 0 }],
    ['more than 100 requests', { limit: 101 }],
    ['half a request', { limit: 1.5 }],
    ['no time', { within: 0 }],
    ['more than a day', { within: 24 * 3_600_000 + 1 }],
    ['an unknown time', { within: Number.NaN }],
  ])('is rejected for %s', async (_name, more) => {
    const store = openTelemetryStore('memory:');
    await expect(store.traps.add(wanted(more))).rejects.toMatchObject({ code: 'GATI_TRAP' });
    store.close();
  });

  test('is rejected while 20 are armed', async () => {
    const store = openTelemetryStore('memory:');
    for (let count = 0; count < 20; count++) await store.traps.add(wanted());
    await expect(store.traps.add(wanted())).rejects.toMatchObject({ code: 'GATI_TRAP' });
    store.close();
  });
});

test('captures use an eighth of the store at most, the oldest make way', async () => {
  const store = openTelemetryStore('memory:', { limits: { bytes: 8 * 100_000 }, now: () => DAY });
  const list = Array.from({ length: 20 }, () => capture(undefined, 'x'.repeat(10_000)));
  write(store, ...list);
  await store.prune();
  const left = await Promise.all(list.map(({ traceId }) => store.trace(traceId)));
  const kept = left.map((trace) => trace !== undefined);
  expect(kept.lastIndexOf(false)).toBe(kept.indexOf(true) - 1);
  expect(kept.filter(Boolean).length).toBe(9);
  store.close();
});

test('a file of the previous version keeps its records and gets the new tables', async () => {
  const address = url();
  const file = address.slice('sqlite:'.length);
  const before = openTelemetryStore(address, { now: () => DAY });
  const kept = capture();
  write(before, kept);
  before.close();
  const db = openNative(file, process.cwd());
  db.exec(
    'DROP TABLE captures; DROP TABLE traps; DROP TABLE callers; PRAGMA user_version = 1; ALTER TABLE errors DROP COLUMN decision; ALTER TABLE errors DROP COLUMN callers; ALTER TABLE errors DROP COLUMN last_version; ALTER TABLE requests DROP COLUMN instance; ALTER TABLE logs DROP COLUMN instance',
  );
  db.close();
  const after = openTelemetryStore(address, { now: () => DAY });
  await after.traps.add(wanted());
  write(after, kept);
  expect((await after.trace(kept.traceId))?.captures).toHaveLength(1);
  after.close();
});

test('a file of version 3 keeps its callers', async () => {
  const address = url();
  openTelemetryStore(address, { now: () => DAY }).close();
  const db = openNative(address.slice('sqlite:'.length), process.cwd());
  db.exec(
    `DROP TABLE callers; ALTER TABLE requests DROP COLUMN instance; ALTER TABLE logs DROP COLUMN instance;
     CREATE TABLE callers (hour, version, asked, agent, count, failed, PRIMARY KEY (hour, version, asked, agent));
     INSERT INTO callers VALUES (${DAY}, '1.0.0', '^1', 'curl/8', 3, 1); PRAGMA user_version = 3`,
  );
  db.close();
  const after = openTelemetryStore(address, { now: () => DAY });
  expect(await after.callers({ from: DAY, to: DAY + 1 })).toEqual([
    {
      version: '1.0.0',
      asked: '^1',
      agent: 'curl/8',
      sdk: '',
      subject: '',
      count: 3,
      failed: 1,
      lastSeen: DAY,
    },
  ]);
  after.close();
});

test('the feed passes on what another process changes, and nothing else', async () => {
  const address = url();
  const [own, other] = [openTelemetryStore(address), openTelemetryStore(address)];
  const changes: ArmedTrap[][] = [];
  const feed = createTrapFeed({
    read: () => own.armedTraps(),
    onChange: (traps) => changes.push(traps),
    interval: 5,
  });
  const { id } = await other.traps.add(wanted());
  await expect.poll(() => changes.length).toBe(1);
  await other.traps.remove(id);
  await expect.poll(() => changes.length).toBe(2);
  const second = await feed.watch(own.traps).add(wanted());
  expect(changes.at(-1)).toMatchObject([{ id: second.id, left: 2 }]);
  expect(changes.map((traps) => traps.length)).toEqual([1, 0, 1]);
  feed.close();
  own.close();
  other.close();
});

test('a line that is not a capture is none', () => {
  const line = capture([]);
  expect(toCapture(line, 7)).toEqual({ ...line, pid: 7 });
  for (const wrong of [
    null,
    {},
    { ...line, traceId: 'x' },
    { ...line, request: { headers: [['a']], body: { type: 7 } } },
    { ...line, traps: ['../x'] },
    { ...line, kind: 'run' },
    { ...line, response: { headers: Array.from({ length: 101 }, () => ['a', 'b']) } },
  ])
    expect(toCapture(wrong, 7)).toBeUndefined();
  expect(toCapture({ ...line, extra: 1, __proto__: { a: 1 } }, 7)).toEqual({ ...line, pid: 7 });
});

describe('the command trap', () => {
  async function run(
    store: TelemetryStore,
    ...words: string[]
  ): Promise<{ code: number; text: string; document: Record<string, unknown> | undefined }> {
    const lines: string[] = [];
    let document: unknown;
    const code = await runTelemetryCommand('trap', words, {
      open: () => ({ ...readerOf(store), close: () => {} }),
      token: undefined,
      output: {
        json: false,
        style: new Proxy({}, { get: () => (text: string) => text }) as never,
        line: (text = '') => void lines.push(text),
        error: (problem: unknown) => void lines.push(JSON.stringify(problem)),
        document: (value: unknown) => {
          document = value;
        },
      } as never,
    });
    return { code, text: lines.join('\n'), document: document as Record<string, unknown> };
  }

  test('adds, lists, shows and removes', async () => {
    const store = openTelemetryStore('memory:', { now: () => DAY });
    const added = await run(store, 'add', '--method=post', '--slower=200', '--header=X-Debug');
    expect(added.code).toBe(0);
    const [trap] = await store.traps.list();
    expect(trap).toMatchObject({
      where: { method: 'POST', minUs: 200_000, header: 'x-debug' },
      limit: 5,
      by: 'command line',
    });
    expect(trap!.expiresAt - trap!.createdAt).toBe(600_000);
    expect((await run(store)).text).toContain(`${trap!.id}  armed`);
    write(store, capture([trap!.id]));
    expect((await run(store, 'show', trap!.id)).text).toContain('POST /orders');
    expect((await run(store, 'remove', trap!.id)).code).toBe(0);
    expect((await run(store, 'show', trap!.id)).code).toBe(1);
    store.close();
  });

  test.each([
    [['catch']],
    [['show']],
    [['show', 'x']],
    [['list', 'x']],
    [['add', '--limit=x']],
    [['add', '--for=never']],
    [['add', '--outcome=sad']],
    [['add', '--effect=mail', '--status=5xx']],
  ])('rejects %j with the exit code 2', async (words) => {
    const store = openTelemetryStore('memory:');
    expect((await run(store, ...words)).code).toBe(2);
    store.close();
  });
});
