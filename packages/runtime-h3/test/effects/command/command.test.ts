import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createStyle } from '../../../src/command/style.ts';
import { runEffectsCommand } from '../../../src/effects/command/main.ts';
import { openQueue } from '../../../src/effects/drivers/open.ts';
import type { QueueDriver } from '../../../src/ports.ts';

let folder = '';
let url = '';
let queue: QueueDriver;
beforeAll(async () => {
  folder = temporaryFolder('effects-command');
  url = `sqlite:${join(folder, 'effects.db')}`;
  queue = await openQueue(url);
});
afterAll(async () => {
  await queue.close();
});

interface Told {
  code: number;
  lines: string[];
  document: { jobs: Record<string, unknown>[]; next: string | null } & Record<string, unknown>;
}

async function effects(...words: string[]): Promise<Told> {
  const lines: string[] = [];
  let document: unknown;
  const output = {
    style: createStyle(false),
    line: (text: string) => void lines.push(text),
    document: (value: unknown) => void (document = value),
  };
  const code = await runEffectsCommand(words, {
    url,
    output,
    openQueue: (address, settings) => openQueue(address, {}, settings),
  });
  return { code, lines, document: document as Told['document'] };
}

async function put(effect: string, count: number): Promise<string[]> {
  const jobs = Array.from({ length: count }, (_, n) => ({
    id: randomUUID(),
    effect,
    payload: JSON.stringify({ n }),
    priority: 0,
    release: '1.0.0',
    runAt: Date.now(),
  }));
  return queue.enqueue(jobs);
}

async function kill(effect: string, count: number): Promise<void> {
  for (const lease of await queue.claim([{ effect, count }], 60_000))
    await queue.dead(lease, 'Error: no such account\n    at pay');
}

test('list prints jobs page by page, in the documented shape', async () => {
  const ids = await put('mail', 3);
  const first = await effects('list', '--limit', '2', '--json');
  expect(first.code).toBe(0);
  expect(first.document.jobs).toEqual([
    {
      id: ids[2],
      effect: 'mail',
      state: 'waiting',
      attempt: 0,
      payload: { n: 2 },
      error: null,
      runAt: expect.stringMatching(/^\d{4}-.*Z$/),
    },
    expect.objectContaining({ id: ids[1] }),
  ]);
  const second = await effects('list', '--limit=2', '--cursor', first.document.next!, '--json');
  expect(second.document).toMatchObject({ jobs: [{ id: ids[0] }], next: null });
  const oldest = await effects('list', '--oldest', '--limit', '2');
  expect(oldest.document.jobs.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  expect(oldest.lines).toContain(`more: --oldest --cursor ${oldest.document.next}`);
  const last = await effects('list', '--oldest', '--cursor', oldest.document.next!);
  expect(last.document).toMatchObject({ jobs: [{ id: ids[2] }], next: null });
  expect((await effects('list', '--state', 'dead')).document.jobs).toEqual([]);
  expect((await effects('list')).lines.at(-1)).toBe('3 waiting, 0 delayed, 0 active, 0 dead');
});

test('show, retry, redrive, cancel and purge change the queue and print what they did', async () => {
  const [dead, other] = await put('pay', 2);
  await kill('pay', 2);
  expect((await effects('show', dead!)).document).toMatchObject({
    state: 'dead',
    attempt: 1,
    release: '1.0.0',
    error: expect.stringContaining('no such'),
  });
  expect(await effects('retry', dead!)).toMatchObject({ code: 0, document: { retried: 1 } });
  expect(await effects('retry', dead!)).toMatchObject({
    code: 1,
    lines: ['0 of 1 dead letter is due again'],
    document: { retried: 0 },
  });
  expect(await effects('redrive', '--effect', 'mail')).toMatchObject({ document: { redriven: 0 } });
  expect(await effects('redrive')).toMatchObject({ document: { redriven: 1 } });
  expect(await effects('cancel', dead!, other!)).toMatchObject({
    code: 0,
    document: { cancelled: 2 },
  });
  expect(await effects('purge')).toMatchObject({ code: 2 });
  expect(await effects('purge', '--yes', '--state', 'waiting')).toMatchObject({ code: 2 });
  expect(await effects('purge', '--yes', '--state=cancelled')).toMatchObject({
    code: 0,
    document: { purged: 2 },
    lines: ['2 jobs removed'],
  });
  expect(await effects('show', dead!)).toMatchObject({
    code: 1,
    document: { errors: [{ code: 'GATI_EFFECT_JOB' }] },
  });
});

test('a completed job does not show the error of an earlier attempt as its error', async () => {
  const [id] = await put('flaky', 1);
  const fail = async (): Promise<void> => {
    const [lease] = await queue.claim([{ effect: 'flaky', count: 1 }], 60_000);
    await queue.retry(lease!, Date.now(), 'Error: the line was busy\n    at call');
  };
  const listed = async (): Promise<string> =>
    (await effects('list', '--effect', 'flaky')).lines[1]!;
  await fail();
  expect(await listed()).toMatch(
    /(?:waiting|delayed) .* earlier attempt: Error: the line was busy$/,
  );
  const [lease] = await queue.claim([{ effect: 'flaky', count: 1 }], 60_000);
  await queue.ack(lease!, '"sent"');
  expect(await listed()).toMatch(/completed +flaky +2 +\S+$/);
  expect((await effects('list', '--effect', 'flaky')).document.jobs).toMatchObject([
    { state: 'completed', attempt: 2, error: null },
  ]);
  const shown = await effects('show', id!);
  expect(shown.document).toMatchObject({
    error: null,
    result: 'sent',
    earlierError: expect.stringContaining('the line was busy'),
  });
  expect(shown.lines.at(-1)).toMatch(/^earlierError +Error: the line was busy/);
  expect(await effects('purge', '--yes', '--effect', 'flaky')).toMatchObject({
    lines: ['1 job removed'],
  });
});

test('a job with an invalid time does not break the list', async () => {
  const job = { effect: 'far', payload: '{}', priority: 0, release: '1.0.0' };
  const [far, near] = await queue.enqueue([
    { ...job, id: randomUUID(), runAt: 9e15 },
    { ...job, id: randomUUID(), runAt: Date.now() },
  ]);
  const { code, document } = await effects('list', '--effect', 'far');
  expect([code, document.jobs.map(({ id }) => id).sort()]).toEqual([0, [far, near].sort()]);
  expect((await effects('show', far!)).document).toMatchObject({ runAt: '9000000000000000' });
});

test('wrong usage prints an error with a fix', async () => {
  for (const words of [
    [],
    ['dance'],
    ['show'],
    ['list', '--state', 'asleep'],
    ['list', '--limit', '0'],
    ['list', '--colour'],
  ]) {
    expect(await effects(...words)).toMatchObject({
      code: 2,
      document: { errors: [{ code: 'GATI_USAGE' }] },
    });
  }
  for (const [words, message] of [
    [
      ['--limit', '-5'],
      '`--limit` needs a value; one that starts with a dash is written `--limit=VALUE`',
    ],
    [['--limit'], '`--limit` needs a value'],
    [['--colour'], 'unknown option `--colour`'],
    [['-x'], 'unknown option `-x`'],
    [['--json=1'], '`--json` takes no value'],
  ] as const) {
    expect((await effects('list', ...words)).document.errors).toMatchObject([
      { code: 'GATI_USAGE', message },
    ]);
  }
  expect(await effects('list', '--queue', 'memory:')).toMatchObject({ code: 2 });
  expect(await effects('list', '--queue', 'pigeon://u:secret@loft')).toMatchObject({
    code: 1,
    document: { errors: [{ code: 'GATI_EFFECTS' }] },
  });
});

test('a queue that does not respond is reported once, with a code', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  // The clock moves instead of the test waiting until the start gives up.
  const written = vi.spyOn(process.stderr, 'write').mockImplementation(() => {
    vi.setSystemTime(Date.now() + 60_000);
    return true;
  });
  const output = { style: createStyle(false), line: () => {}, document: () => {} };
  const queues = { redis: () => import('../../../src/effects/drivers/redis/driver.ts') };
  const code = await runEffectsCommand(['list'], {
    url: 'redis://127.0.0.1:1',
    output,
    openQueue: (address, settings) => openQueue(address, queues, settings),
  });
  const lines = written.mock.calls.map(([text]) => String(text));
  written.mockRestore();
  vi.useRealTimers();
  expect(code).toBe(1);
  expect(lines).toEqual([
    expect.stringMatching(
      /^GATI_EFFECTS_AWAY: The queue in Redis does not respond: connect ECONNREFUSED 127\.0\.0\.1:1\n {2}fix: .*\n {2}see: .*\n$/,
    ),
    expect.stringMatching(/^GATI_EFFECTS_AWAY: The queue in Redis can't be opened: /),
  ]);
});

test('`effects pause` and `resume` are seen by `list`', async () => {
  expect(await effects('pause', 'mail', '--reason', 'the bank is down')).toMatchObject({
    code: 0,
    document: { paused: 'mail' },
  });
  const { lines, document } = await effects('list');
  expect(lines.at(-1)).toMatch(
    /^paused: mail, by the command effects pause at .*: the bank is down$/,
  );
  expect(document.paused).toMatchObject([{ effect: 'mail', reason: 'the bank is down' }]);
  expect((await effects('resume', 'mail')).code).toBe(0);
  expect((await effects('list')).document.paused).toEqual([]);
  expect((await effects('pause')).code).toBe(2);
});
