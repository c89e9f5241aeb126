import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { commit } from '../../../../src/effects/drivers/sqlite/commit.ts';
import { open } from '../../../../src/effects/drivers/sqlite/driver.ts';
import { openNative } from '../../../../src/data/native-sqlite.ts';
import { prepareFile } from '../../../../src/effects/drivers/sqlite/schema.ts';
import { createStore } from '../../../../src/effects/drivers/sqlite/store.ts';
import type { NewJob } from '../../../../src/ports.ts';

const folder = temporaryFolder('sqlite-file');
let files = 0;
const path = (): string => join(folder, `${files++}.db`);
let ids = 0;
const job = (more: Partial<NewJob> = {}): NewJob => ({
  id: `job-${ids++}`,
  effect: 'a',
  payload: '{}',
  priority: 0,
  release: '1.0.0',
  runAt: 0,
  ...more,
});

/** Opens the store in this thread, with a clock that the test sets. */
function openStore(
  clock = { wall: () => Date.now(), monotonic: () => performance.now() },
  file = path(),
) {
  const db = openNative(file, process.cwd());
  prepareFile(db);
  return { db, store: createStore(db, clock), file };
}

function toClock(): {
  wall(): number;
  monotonic(): number;
  pass(milliseconds: number): void;
  set(milliseconds: number): void;
} {
  let wall = 1_700_000_000_000;
  let monotonic = 0;
  return {
    wall: () => wall,
    monotonic: () => monotonic,
    pass(milliseconds) {
      wall += milliseconds;
      monotonic += milliseconds;
    },
    set: (milliseconds) => void (wall += milliseconds),
  };
}

test.each([
  ['forward', 3_600_000],
  ['back', -3_600_000],
])(
  'a clock that is set %s expires no lease of a live process, and extends none of a dead one',
  (_, jump) => {
    const clock = toClock();
    const { db, store } = openStore(clock);
    store.enqueue([job()]);
    const [lease] = store.claim([{ effect: 'a', count: 1 }], 30_000);
    clock.pass(5000);
    clock.set(jump);
    expect(store.claim([{ effect: 'a', count: 1 }], 30_000)).toEqual([]);
    expect(store.extend(lease!.token, 30_000)).toBe(true);
    clock.pass(30_001);
    expect(store.claim([{ effect: 'a', count: 1 }], 30_000)).toMatchObject([
      { job: { attempt: 2 } },
    ]);
    expect(store.ack(lease!.token, undefined)).toBe(false);
    db.close();
  },
);

test('a lease with an end far in the future, from a wrong clock, is shortened', () => {
  const clock = toClock();
  const { db, store, file } = openStore(clock);
  store.enqueue([job()]);
  store.claim([{ effect: 'a', count: 1 }], 30_000);
  db.close();
  // The next process has not seen the jump.
  clock.set(-3_600_000);
  const next = openStore(clock, file);
  expect(next.store.claim([{ effect: 'a', count: 1 }], 30_000)).toEqual([]);
  clock.pass(30_001);
  expect(next.store.claim([{ effect: 'a', count: 1 }], 30_000)).toHaveLength(1);
  next.db.close();
});

test('a job without a delay is due even if the clock was set back', () => {
  const clock = toClock();
  const { db, store } = openStore(clock);
  store.enqueue([job({ runAt: clock.wall() })]);
  clock.set(-86_400_000);
  expect(store.claim([{ effect: 'a', count: 1 }], 30_000)).toHaveLength(1);
  db.close();
});

test('a full disk rejects new jobs with an error, keeps acknowledged ones and still stores outcomes', () => {
  const { db, store } = openStore();
  const put = (id: number, payload: string) =>
    commit(db, store, [[id, 'enqueue', [[job({ payload })]]]]).results[0]!;
  const [, kept] = put(1, '"kept"');
  const pages = (db.prepare('PRAGMA page_count').all()[0] as { page_count: number }).page_count;
  db.exec(`PRAGMA max_page_count = ${pages + 20}`);
  const large = JSON.stringify('x'.repeat(20_000));
  const refused = Array.from({ length: 10 }, (_, n) => put(n + 2, large)).filter(
    (answer) => answer.length === 3,
  );
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]![2]).toMatchObject({ sqlite: 13 });
  // A job that does not fit does not affect the others of its commit.
  const lease = store.claim([{ effect: 'a', count: 1 }], 30_000)[0]!;
  expect(lease.job.id).toBe((kept as string[])[0]);
  const together = commit(db, store, [
    [20, 'ack', [lease.token, '"done"']],
    [21, 'enqueue', [[job({ payload: JSON.stringify('x'.repeat(200_000)) })]]],
  ]);
  expect(together.results).toMatchObject([
    [20, true],
    [21, undefined, { sqlite: 13 }],
  ]);
  db.exec(`PRAGMA max_page_count = ${pages + 10_000}`);
  expect(put(30, large)).toHaveLength(2);
  db.close();
});

test('a truncated or damaged end of the log loses nothing before it', async () => {
  const file = path();
  // A killed process leaves its log behind. Another connection keeps SQLite from removing it here.
  const driver = await open(`sqlite:${file}`);
  const reader = openNative(file, process.cwd());
  const before = await driver.enqueue(Array.from({ length: 50 }, () => job()));
  const size = statSync(`${file}-wal`).size;
  await driver.enqueue(Array.from({ length: 50 }, () => job()));
  for (const [name, damage] of Object.entries({
    torn: (log: string) => truncateSync(log, size + 1000),
    garbage: (log: string) => {
      truncateSync(log, size);
      appendFileSync(log, Buffer.alloc(9000, 0xa5));
    },
  })) {
    const copy = join(folder, `${name}.db`);
    for (const part of ['', '-wal']) copyFileSync(file + part, copy + part);
    damage(`${copy}-wal`);
    const damaged = await open(`sqlite:${copy}`);
    const leases = await damaged.claim([{ effect: 'a', count: 100 }], 30_000);
    expect(leases.map((lease) => lease.job.id).slice(0, 50)).toEqual(before);
    await damaged.close();
  }
  reader.close();
  await driver.close();
});

test("a file that can't be opened is an error with the reason", async () => {
  const noDatabase = path();
  writeFileSync(
    noDatabase,
    'this is a text file, and a rather long one, so that it can not be an empty database. '.repeat(
      20,
    ),
  );
  await expect(open(`sqlite:${noDatabase}`)).rejects.toMatchObject({
    code: 'GATI_EFFECTS_OPEN',
    message: expect.stringContaining('not a SQLite database'),
  });
  await expect(open(`sqlite:${folder}`)).rejects.toMatchObject({ code: 'GATI_EFFECTS_OPEN' });
  await expect(open('sqlite:')).rejects.toMatchObject({ code: 'GATI_EFFECTS_OPEN' });
  const { db, file } = openStore();
  db.exec('PRAGMA user_version = 99');
  db.close();
  await expect(open(`sqlite:${file}`)).rejects.toMatchObject({
    code: 'GATI_EFFECTS_OPEN',
    message: expect.stringContaining('newer version'),
  });
});

test('a program that holds a lock on the file delays calls and loses no job', async () => {
  const file = path();
  const driver = await open(`sqlite:${file}`);
  const other = openNative(file, process.cwd());
  other.exec('BEGIN IMMEDIATE');
  const put = driver.enqueue([job()]);
  await new Promise((resolve) => {
    setTimeout(resolve, 200);
  });
  other.exec('COMMIT');
  other.close();
  expect(await put).toHaveLength(1);
  await driver.close();
});

test('a claim uses an index, however many jobs are waiting', () => {
  const { db, store } = openStore();
  const plan = (sql: string): string =>
    (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[])
      .map(({ detail }) => detail)
      .join('\n');
  expect(
    plan(
      "SELECT seq FROM jobs WHERE state = 0 AND effect = 'a' ORDER BY priority DESC, seq LIMIT 5",
    ),
  ).toMatch(/^SEARCH jobs USING COVERING INDEX waiting \(effect=\?\)$/);
  expect(
    plan('SELECT seq FROM jobs WHERE state = 1 AND run_at <= 5 ORDER BY run_at LIMIT 5'),
  ).toMatch(/^SEARCH jobs USING COVERING INDEX delayed/);
  expect(
    plan(
      'SELECT seq FROM jobs WHERE state = 2 AND leased_until <= 5 ORDER BY leased_until LIMIT 5',
    ),
  ).toMatch(/^SEARCH jobs USING COVERING INDEX active/);
  // Ended jobs do not pile up.
  for (let round = 0; round < 25; round++) {
    db.exec('BEGIN');
    store.enqueue(Array.from({ length: 500 }, () => job()));
    for (const { token } of store.claim([{ effect: 'a', count: 500 }], 30_000))
      store.ack(token, undefined);
    db.exec('COMMIT');
  }
  const { count } = db.prepare('SELECT count(*) AS count FROM jobs').all()[0] as { count: number };
  expect(count).toBeLessThanOrEqual(11_000);
  expect(store.stats()).toEqual({ waiting: 0, delayed: 0, active: 0, dead: 0 });
  db.close();
});

test('a script that enqueues a job ends by itself, and the job is stored', async () => {
  const file = path();
  const script = join(folder, 'script.mts');
  const driver = fileURLToPath(
    new URL('../../../../src/effects/drivers/sqlite/driver.ts', import.meta.url),
  );
  writeFileSync(
    script,
    `import { open } from ${JSON.stringify(driver)};
const driver = await open(${JSON.stringify(`sqlite:${file}`)});
await driver.enqueue([{ id: 'from-script', effect: 'a', payload: '{}', priority: 0, release: '1.0.0', runAt: 0 }]);
`,
  );
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(existsSync(file)).toBe(true);
  const next = await open(`sqlite:${file}`);
  expect(await next.claim([{ effect: 'a', count: 1 }], 30_000)).toMatchObject([
    { job: { id: 'from-script' } },
  ]);
  await next.close();
});

test("a folder that can't be created is an immediate error", async () => {
  const file = path();
  writeFileSync(file, '');
  const wrong = [
    join(file, 'queue.db'),
    join(file, 'below/queue.db'),
    ...(existsSync('/proc') ? ['/proc/below/queue.db'] : []),
  ];
  for (const one of wrong)
    await expect(open(`sqlite:${one}`), one).rejects.toMatchObject({ code: 'GATI_EFFECTS_OPEN' });
  await (await open(`sqlite:${join(folder, 'made/below/queue.db')}`)).close();
});

test('a file of an earlier version, without the traces of jobs, is used with its jobs', async () => {
  const file = path();
  const first = await open(`sqlite:${file}`);
  await first.enqueue([job()]);
  await first.close();
  const db = openNative(file, process.cwd());
  db.exec('ALTER TABLE jobs DROP COLUMN trace');
  db.close();
  const driver = await open(`sqlite:${file}`);
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await driver.enqueue([{ ...job(), trace }]);
  const claimed = await driver.claim([{ effect: job().effect, count: 5 }], 1000);
  expect(claimed.map((lease) => lease.job.trace)).toEqual([undefined, trace]);
  await driver.close();
});
