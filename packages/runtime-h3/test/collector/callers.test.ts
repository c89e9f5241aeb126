import { afterEach, describe, expect, test } from 'vitest';
import { parseReceived } from '../../src/collector/parse-received.ts';
import { openTelemetryStore } from '../../src/collector/store/open-store.ts';
import type { TelemetryStore } from '../../src/collector/telemetry-store.ts';
import { CallerCounts, toProduct } from '../../src/telemetry/record/callers.ts';
import { createSubjects } from '../../src/telemetry/record/subject.ts';
import type { CallerCount } from '../../src/types/callers.ts';
import { DAY, log } from './records.ts';

let store: TelemetryStore;
afterEach(() => store?.close());

const request = (
  headers: Record<string, string> = {},
  target = '/',
): { target: string; header(name: string): string | undefined } => ({
  target,
  header: (name) => headers[name],
});

const NONE = { version: '', asked: '', agent: '', sdk: '', subject: '', count: 0, failed: 0 };

test('requests are counted by release, requested version, product, SDK and id', () => {
  const lines: string[] = [];
  const counts = new CallerCounts((text) => lines.push(text));
  const curl = { 'user-agent': 'curl/8.1.2 (secret details)', 'x-api-version': '^1' };
  counts.count(request(curl), '1.2.0', 200);
  counts.count(request(curl), '1.2.0', 503);
  counts.count(request({}, '/a?x=1&api-version=1.2&y'), '1.2.0', 200);
  counts.count(request({ 'x-api-version': '<script>"' }), '', 400);
  counts.count(
    request({ 'user-agent': 'node', 'x-gati-sdk': '@acme/shop/1.2.0' }),
    '',
    200,
    'e5f1',
  );
  counts.flush();
  expect(parseReceived(lines.join('').trim(), 1)).toEqual({
    callers: [
      { ...NONE, version: '1.2.0', asked: '^1', agent: 'curl/8.1.2', count: 2, failed: 1 },
      { ...NONE, version: '1.2.0', asked: '1.2', count: 1 },
      { ...NONE, asked: '_OTHER', count: 1 },
      { ...NONE, agent: 'node', sdk: '@acme/shop/1.2.0', subject: 'e5f1', count: 1 },
    ],
  });
  for (let index = 0; index < 1000; index++)
    counts.count(request({ 'user-agent': `bot${index}/1` }), '1.2.0', 200);
  counts.flush();
  const { callers } = parseReceived(lines.at(-1)!.trim(), 1) as { callers: CallerCount[] };
  expect(callers.length).toBe(201);
  expect(callers.at(-1)).toMatchObject({ agent: '_OTHER', count: 800 });
});

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36',
    'Chrome/142',
  ],
  ['Mozilla/5.0 (Windows) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0', 'Edge/142'],
  ['Mozilla/5.0 (iPhone) AppleWebKit/605 Version/18.1 Mobile Safari/604', 'Safari/18'],
  ['Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox/140'],
  ['shop-sdk/1.2.0 node/22', 'shop-sdk/1.2.0'],
  ['node', 'node'],
  ['<script>', ''],
  [`a/${'x'.repeat(1000)}`, `a/${'x'.repeat(58)}`],
])('the product of %j is %j', (header, product) => {
  expect(toProduct(header)).toBe(product);
});

test('the store sums the hours, and bounds the callers of an hour', async () => {
  let now = DAY;
  store = openTelemetryStore('memory:', { now: () => now });
  const caller = (more: Partial<CallerCount> = {}): CallerCount => ({
    version: '1.0.0',
    asked: '^1',
    agent: 'curl/8',
    sdk: '',
    subject: '',
    count: 2,
    failed: 1,
    ...more,
  });
  const write = (...callers: CallerCount[]): void =>
    store.write({ requests: [], spans: [], logs: [], callers });
  write(caller(), caller({ version: '2.0.0' }));
  now += 3_600_000;
  write(caller());
  const range = { from: DAY, to: now + 1 };
  expect(await store.callers({ ...range, version: '1.0.0' })).toEqual([
    { ...caller({ count: 4, failed: 2 }), lastSeen: now },
  ]);
  write(...Array.from({ length: 400 }, (_, index) => caller({ agent: `bot${index}/1` })));
  const all = await store.callers(range);
  expect(all).toHaveLength(100);
  expect(all[0]).toMatchObject({ agent: '_OTHER', count: 202 });
});

test('many ids do not displace the versions and products of their callers', async () => {
  const lines: string[] = [];
  const counts = new CallerCounts((text) => lines.push(text));
  const subjectOf = createSubjects();
  for (let id = 0; id < 1000; id++) {
    const headers = { 'user-agent': '_OTHER', 'x-api-version': '_OTHER', 'x-gati-sdk': '_OTHER' };
    counts.count(request(headers), '1.0.0', 200, subjectOf({ user: { id } }));
  }
  for (let index = 0; index < 90; index++)
    counts.count(request({ 'user-agent': `bot${index}/1` }), '1.0.0', 200);
  counts.flush();
  const { callers } = parseReceived(lines[0]!.trim(), 1) as { callers: CallerCount[] };
  const ofBots = callers.filter(({ agent }) => agent.startsWith('bot'));
  expect([callers.length, ofBots.length]).toEqual([191, 90]);
  expect(callers.find(({ subject }) => subject === '_OTHER')?.count).toBe(900);
  store = openTelemetryStore('memory:', { now: () => DAY });
  for (let time = 0; time < 3; time++)
    store.write({
      requests: [],
      spans: [],
      logs: [],
      callers: callers.map((each) => ({
        ...each,
        subject: each.subject && `${each.subject}${time}`,
      })),
    });
  const rows = await store.callers({ from: DAY, to: DAY + 1 });
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(3270);
  expect(rows[0]).toMatchObject({ subject: '_OTHER' });
});

test('a field of lctx that can not be read identifies no caller', () => {
  const broken = {
    get id(): never {
      throw new Error('not loaded');
    },
  };
  expect(createSubjects()({ user: broken, auth: { sub: 'ada' } })).toBe('');
});

test.each([
  ['sub', true, { sub: 'ada' }],
  ['user.id', true, { user: { id: 7n, name: 'Ada' } }],
  ['claims.sub', true, { claims: { sub: 'ada', id: 'other' } }],
  ['an id of a session', false, { session: { id: 'secret' }, token: { sub: 'x' } }],
  ['a name', false, { user: 'ada' }],
  ['an object as the id', false, { user: { id: { toString: () => 'ada' } } }],
  ['an inherited id', false, Object.create({ sub: 'ada' }) as object],
  ['nothing', false, undefined],
])('%s in lctx identifies the caller: %s', (_name, isFound, local: object | undefined) => {
  expect(createSubjects()(local)).toMatch(isFound ? /^[\da-f]{16}$/ : /^$/);
});

describe('a decision about an error', () => {
  const fail = (version: string, agent: string): void =>
    store.write({
      requests: [],
      spans: [],
      logs: [
        log({
          level: 'error',
          version,
          fields: {
            error: { name: 'TypeError', message: 'no ledger' },
            caller: { agent, asked: '^1' },
          },
        }),
      ],
    });
  const group = async () => (await store.errors({ from: 0, to: DAY * 2, limit: 10 })).items[0]!;

  test('resolved: a newer release opens it again, the same one does not', async () => {
    store = openTelemetryStore('memory:', { now: () => DAY });
    fail('1.0.0', 'curl/8');
    fail('1.0.0', 'curl/8');
    const { id, callers } = await group();
    expect(callers).toEqual([{ agent: 'curl/8', asked: '^1', count: 2 }]);
    expect(await store.decide({ id, state: 'resolved', by: 'Ada' })).toBe(true);
    fail('1.0.0', 'node');
    fail('0.9.0', 'node');
    expect((await group()).decision).toEqual({ state: 'resolved', by: 'Ada', at: DAY });
    fail('1.0.1', 'node');
    expect(await group()).toMatchObject({ count: 5, isReopened: true });
    expect((await group()).decision).toBeUndefined();
  });

  test('muted: stays until it is taken back', async () => {
    store = openTelemetryStore('memory:', { now: () => DAY });
    fail('1.0.0', '');
    const { id } = await group();
    await store.decide({ id, state: 'muted', by: 'Ada' });
    fail('2.0.0', '');
    expect((await group()).decision?.state).toBe('muted');
    await store.decide({ id, state: 'open', by: 'Ada' });
    expect((await group()).decision).toBeUndefined();
    expect(await store.decide({ id: 'f'.repeat(16), state: 'muted', by: '' })).toBe(false);
  });
});
