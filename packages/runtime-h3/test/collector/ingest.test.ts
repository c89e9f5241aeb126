import { afterEach, describe, expect, test, vi } from 'vitest';
import { createIngest, type DropReason } from '../../src/collector/ingest.ts';
import type { ReceivedLine } from '../../src/collector/parse-received.ts';
import type { LogRecord, TelemetryBatch } from '../../src/types/telemetry.ts';

afterEach(() => vi.useRealTimers());

const log = (message: string, pid: number): LogRecord => ({
  time: 1,
  level: 'info',
  message,
  pid,
  fields: {},
});

/** Lines of this test: `hello 7`, `dropped 3`, `bad`, or a message. */
function parse(line: string, pid: number): ReceivedLine {
  const [word, value] = line.split(' ');
  if (word === 'hello') return { hello: { pid: Number(value) } };
  if (word === 'dropped') return { dropped: Number(value) };
  return word === 'bad' ? { fault: 'it is bad' } : { log: log(line, pid) };
}

function createTestIngest(): {
  ingest: ReturnType<typeof createIngest>;
  batches: TelemetryBatch[];
  drops: [DropReason, number][];
  messages(): string[];
} {
  const batches: TelemetryBatch[] = [];
  const drops: [DropReason, number][] = [];
  const ingest = createIngest({
    store: { write: (batch) => void batches.push(batch) },
    parse,
    onDrop: (reason, lines) => void drops.push([reason, lines]),
  });
  const messages = (): string[] =>
    batches.flatMap(({ logs }) => logs.map(({ message }) => message));
  return { ingest, batches, drops, messages };
}

describe('the ingest of telemetry', () => {
  test('joins lines that arrive in pieces, and keeps connections apart', () => {
    const { ingest, batches } = createTestIngest();
    const [one, two] = [ingest.connection(), ingest.connection()];
    one('hello 7\nfir');
    two('hello 8\nsecond\n');
    one('st\nthi');
    one('rd\n');
    ingest.flush();
    expect(batches).toEqual([
      { requests: [], spans: [], logs: [log('second', 8), log('first', 7), log('third', 7)] },
    ]);
  });

  test('gives the same lines for every way to cut the text', () => {
    const text = 'hello 7\na\n\nbb\nccc\n';
    for (let cut = 0; cut <= text.length; cut++) {
      const { ingest, messages } = createTestIngest();
      const receive = ingest.connection();
      receive(text.slice(0, cut));
      receive(text.slice(cut));
      ingest.flush();
      expect(messages()).toEqual(['a', 'bb', 'ccc']);
    }
  });

  test('drops a line that is too long or not readable, and goes on with the next one', () => {
    const { ingest, drops, messages } = createTestIngest();
    const receive = ingest.connection();
    receive(`before\n${'x'.repeat(200_000)}`);
    receive('x'.repeat(200_000));
    receive('x'.repeat(200_000));
    receive(`end\nbad\n${'y'.repeat(300_000)}\nafter\n`);
    ingest.flush();
    expect(messages()).toEqual(['before', 'after']);
    expect(drops).toEqual([
      ['line too long', 1],
      ['not readable', 1],
      ['line too long', 1],
    ]);
  });

  test('counts the lines that a process could not keep', () => {
    const { ingest, drops } = createTestIngest();
    ingest.connection()('dropped 12\n');
    expect(drops).toEqual([['queue full', 12]]);
  });

  test('writes a batch after 1,000 records, or after 100 ms', () => {
    vi.useFakeTimers();
    const { ingest, batches } = createTestIngest();
    ingest.write('line\n'.repeat(1001));
    expect(batches.map(({ logs }) => logs.length)).toEqual([1000]);
    vi.advanceTimersByTime(100);
    expect(batches.map(({ logs }) => logs.length)).toEqual([1000, 1]);
    vi.advanceTimersByTime(1000);
    expect(batches).toHaveLength(2);
  });
});
