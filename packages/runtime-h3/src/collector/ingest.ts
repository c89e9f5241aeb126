import type { TelemetryBatch } from '../types/telemetry.ts';
import { LONGEST_LINE } from './parse-line.ts';
import type { ReceivedLine } from './parse-received.ts';
import type { TelemetryStore } from './telemetry-store.ts';

/**
 * Records after which a batch is written without waiting. A larger batch costs less per record, but
 * keeps the collector from reading for longer.
 */
const BATCH = 1000;
/** Milliseconds after which a batch is written at the latest. */
const FLUSH_AFTER = 100;

export type DropReason = 'line too long' | 'not readable' | 'queue full' | 'capture limit';

export interface IngestOptions {
  store: Pick<TelemetryStore, 'write'>;
  parse(line: string, pid: number): ReceivedLine;
  onDrop(reason: DropReason, lines: number): void;
  /**
   * Receives each line with a record, for other servers. Captured payloads stay here.
   *
   * @param line without `\n`
   */
  relay?: ((line: string, pid: number) => void) | undefined;
}

/** Turns the lines of all processes into batches, and writes them to the store. */
export interface Ingest {
  /**
   * Returns the receiver of one connection, which takes text in pieces of any size.
   *
   * @param instance the other server that sends. Absent: a process of this server
   */
  connection(instance?: string): (text: string) => void;
  /** Takes complete lines of this process itself. */
  write(lines: string): void;
  /** Writes the waiting records. */
  flush(): void;
}

export function createIngest({ store, parse, onDrop, relay }: IngestOptions): Ingest {
  let batch = emptyBatch();
  let size = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (size === 0) return;
    const full = batch;
    batch = emptyBatch();
    size = 0;
    store.write(full);
  }

  function added(): void {
    size++;
    if (size === BATCH) flush();
    else timer ??= setTimeout(flush, FLUSH_AFTER);
  }

  function connection(instance?: string): (text: string) => void {
    let pid = process.pid;
    let rest = '';
    /** The start of this line was dropped, so its end is dropped too. */
    let isTooLong = false;

    function named<Record extends { instance?: string }>(record: Record): Record {
      if (instance !== undefined) record.instance = instance;
      return record;
    }

    function take(line: string): void {
      if (line === '') return;
      const parsed = parse(line, pid);
      if ('fault' in parsed) return onDrop('not readable', 1);
      if ('hello' in parsed) return void ({ pid } = parsed.hello);
      if ('dropped' in parsed)
        return onDrop(parsed.what === 'captures' ? 'capture limit' : 'queue full', parsed.dropped);
      if ('capture' in parsed) (batch.captures ??= []).push(parsed.capture);
      else {
        relay?.(line, pid);
        if ('request' in parsed) batch.requests.push(named(parsed.request));
        else if ('span' in parsed) batch.spans.push(parsed.span);
        else if ('callers' in parsed) (batch.callers ??= []).push(...parsed.callers);
        else batch.logs.push(named(parsed.log));
      }
      added();
    }

    return (text) => {
      let start = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
        const line = rest + text.slice(start, end);
        rest = '';
        start = end + 1;
        if (isTooLong) isTooLong = false;
        else if (line.length > LONGEST_LINE) onDrop('line too long', 1);
        else take(line);
      }
      if (isTooLong) return;
      rest += text.slice(start);
      if (rest.length <= LONGEST_LINE) return;
      rest = '';
      isTooLong = true;
      onDrop('line too long', 1);
    };
  }

  return { connection, write: connection(), flush };
}

const emptyBatch = (): TelemetryBatch => ({ requests: [], spans: [], logs: [] });
