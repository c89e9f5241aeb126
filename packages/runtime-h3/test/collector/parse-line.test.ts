import { expect, test } from 'vitest';
import { LONGEST_LINE, parseLogLine } from '../../src/collector/parse-line.ts';
import { runOfLog } from '../../src/collector/run-of-log.ts';
import { DAY, lineOfRun, log, request, run, span } from './records.ts';

const parse = (value: unknown): unknown => parseLogLine(JSON.stringify(value), 42, DAY);

test('the line of the access log becomes a request', () => {
  const full = request({ parentId: 'a'.repeat(16), requestId: 'r-1' });
  const { pid: _, ...line } = full;
  expect(parse({ level: 'info', msg: 'request', ...line, pid: 1 })).toEqual({ request: full });
});

test('a line with a span becomes a span', () => {
  const full = span({ error: '503', links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }] });
  expect(parse({ span: full })).toEqual({ span: full });
});

test('the root span of a run, which has no parent, becomes a span', () => {
  const root = span({ parentId: '', kind: 'consumer' });
  expect(parse({ span: root })).toEqual({ span: root });
});

test('the line of a run becomes a log record, from which the run is read again', () => {
  const ran = run({ enqueuedBy: { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) } });
  const { pid: _, ...line } = ran;
  const parsed = parseLogLine(JSON.stringify({ level: 'info', msg: 'run', ...line }), 42, DAY);
  expect(parsed).toEqual({ log: lineOfRun(ran) });
  expect(runOfLog(lineOfRun(ran))).toEqual(ran);
  expect(runOfLog(log({ message: 'run', traceId: ran.traceId }))).toBeUndefined();
  expect(runOfLog({ ...lineOfRun(ran), fields: { effect: 'mail' } })).toBeUndefined();
});

test('other documents become log records, with members of a wrong type among the fields', () => {
  expect(
    parse({
      level: 'warn',
      msg: 'paid',
      time: DAY + 1,
      traceId: 'c'.repeat(32),
      route: '/a',
      amount: 3,
    }),
  ).toEqual({
    log: {
      level: 'warn',
      message: 'paid',
      time: DAY + 1,
      traceId: 'c'.repeat(32),
      route: '/a',
      pid: 42,
      fields: { amount: 3 },
    },
  });
  const odd = { level: 'loud', msg: 7, time: 'now', traceId: 'x', spanId: 1, version: null };
  expect(parse(odd)).toEqual({
    log: { level: 'info', message: '', time: DAY, pid: 42, fields: odd },
  });
  expect(parse({ level: 'info', msg: 'request', method: 'GET' })).toMatchObject({
    log: { message: 'request', fields: { method: 'GET' } },
  });
});

test.each([
  ['no JSON', 'listening'],
  ['no object', '[1]'],
  ['an empty line', ''],
  ['a deep document', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
  ['a long line', JSON.stringify({ msg: 'x'.repeat(LONGEST_LINE) })],
])('%s is dropped with a reason', (_, line) => {
  expect(parseLogLine(line, 42)).toEqual({ fault: expect.any(String) });
});

test('keys that name prototypes are removed', () => {
  const parsed = parseLogLine(
    '{"msg":"a","__proto__":{"x":1},"deep":[{"constructor":{"y":1},"z":1}]}',
    42,
    DAY,
  );
  expect(parsed).toMatchObject({ log: { fields: { deep: [{ z: 1 }] } } });
  expect(JSON.stringify(parsed)).not.toMatch(/__proto__|constructor/);
});
