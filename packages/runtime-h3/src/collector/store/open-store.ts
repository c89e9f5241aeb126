import { existsSync, renameSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openNative, SQLITE_BUSY, toFailure } from '../../data/native-sqlite.ts';
import type { TelemetryBatch } from '../../types/telemetry.ts';
import {
  DEFAULT_TELEMETRY_LIMITS,
  type TelemetryLimits,
  type TelemetryStore,
} from '../telemetry-store.ts';
import { readCallers } from './caller-table.ts';
import { decideError } from './error-decisions.ts';
import { prune } from './prune.ts';
import { readErrors } from './read-errors.ts';
import { readLogs, readLogVolume } from './read-logs.ts';
import { readOldest } from './read-oldest.ts';
import { readMetrics } from './read-steps.ts';
import { readTrace, readTraces } from './read-traces.ts';
import { NewerFormat, prepareFile } from './schema.ts';
import { createStatements, type Statements } from './statements.ts';
import { inTransaction } from './transaction.ts';
import { addTrap, armedTraps, listTraps, readTrap, removeTrap } from './trap-table.ts';
import { validRecords } from './valid-records.ts';
import { type BatchWriter, createBatchWriter } from './write-batch.ts';

export type Signal = 'requests' | 'spans' | 'logs' | 'captures';

/**
 * Why telemetry was dropped:
 *
 * - `full`: the disk is full, or the file has reached twice its limit.
 * - `io`: reading or writing the file failed.
 * - `busy`: another process kept the file locked.
 * - `damaged`: the file was damaged.
 * - `unavailable`: the file can't be opened.
 * - `invalid`: a record has an impossible id or time.
 * - `error`: SQLite failed for another reason.
 */
export type DropReason = 'full' | 'io' | 'busy' | 'damaged' | 'unavailable' | 'invalid' | 'error';

/** A fact about the file that an operator should know. */
export interface StoreDiagnostic {
  /** `damaged` and `newer`: the file was moved to `movedTo`, and a new one was created. */
  kind: 'damaged' | 'newer' | 'unavailable';
  message: string;
  movedTo?: string;
}

export interface TelemetryStoreOptions {
  /** Those that are absent are {@link DEFAULT_TELEMETRY_LIMITS}; in memory 64 MiB. */
  limits?: Partial<TelemetryLimits>;
  /** Epoch milliseconds. */
  now?: () => number;
  /** Counts records that are not stored. */
  onDrop?: (signal: Signal, reason: DropReason, count: number) => void;
  onDiagnostic?: (diagnostic: StoreDiagnostic) => void;
  /**
   * Folder of the app: relative paths start at it, and it may have the package `libsql`. The current
   * one by default.
   */
  from?: string;
  /** Opens the file when it is first needed. */
  isLazy?: boolean;
}

const SQLITE_LOCKED = 6;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

const DROP_REASONS: Record<number, DropReason> = {
  [SQLITE_BUSY]: 'busy',
  [SQLITE_LOCKED]: 'busy',
  [SQLITE_IOERR]: 'io',
  [SQLITE_FULL]: 'full',
  [SQLITE_CORRUPT]: 'damaged',
  [SQLITE_NOTADB]: 'damaged',
};

/** Milliseconds between two attempts to open a file that can't be opened. */
const RETRY_INTERVAL = 1000;
/** Tries to change a file that another process writes to, and milliseconds between them. */
const BUSY_TRIES = 40;
const BUSY_PAUSE = 50;
const MEMORY = ':memory:';
/**
 * Between two removals, the file may grow to this many times its limit. Above that it counts as
 * full.
 */
const HARD_LIMIT = 2;
const MEMORY_BYTES = 64 * 1024 ** 2;

/**
 * Opens a telemetry store: `sqlite:PATH` or `memory:`. If the file is damaged or of a newer
 * version, it is renamed and a new one is created. If the file can't be opened, later batches try
 * again.
 *
 * @throws {TypeError} when the URL is neither
 * @example
 * const store = openTelemetryStore('sqlite:.gati/telemetry.db', { onDrop });
 */
export function openTelemetryStore(
  url: string,
  options: TelemetryStoreOptions = {},
): TelemetryStore {
  const { now = Date.now, onDrop, onDiagnostic, from = process.cwd(), isLazy = false } = options;
  const path = parseUrl(url, from);
  const limits: TelemetryLimits = {
    ...DEFAULT_TELEMETRY_LIMITS,
    ...(path === MEMORY && { bytes: MEMORY_BYTES }),
    ...options.limits,
  };
  const file = createFile({ path, from, mostBytes: limits.bytes * HARD_LIMIT, onDiagnostic });
  if (!isLazy) file.open();

  const drop = (batch: TelemetryBatch, reason: DropReason, stored?: TelemetryBatch): void => {
    for (const signal of ['requests', 'spans', 'logs', 'captures'] as const) {
      const count = (batch[signal]?.length ?? 0) - (stored?.[signal]?.length ?? 0);
      if (count > 0) onDrop?.(signal, reason, count);
    }
  };

  const read = async <Result>(query: (on: Statements) => Result): Promise<Result> => {
    const open = file.open();
    if (!open) throw new Error(`the telemetry store ${path} can't be opened`);
    return query(open.on);
  };

  /** Changes the file in a transaction. Waits while another process writes. */
  const change = async <Result>(work: (on: Statements) => Result): Promise<Result> => {
    for (let left = BUSY_TRIES; ; left--) {
      try {
        return await read((on) => inTransaction(on.db, () => work(on)));
      } catch (error) {
        if (left === 0 || DROP_REASONS[toFailure(error).sqlite] !== 'busy') throw error;
        await setTimeout(BUSY_PAUSE);
      }
    }
  };

  let pruning: Promise<void> | undefined;
  const pruneOnce = async (): Promise<void> => {
    const open = isLazy ? file.current() : file.open();
    if (!open) return;
    try {
      await prune(open.on, limits, now(), () => file.current() === open);
    } catch (error) {
      file.failed(error);
    }
  };

  return {
    write(batch) {
      const valid = validRecords(batch);
      drop(batch, 'invalid', valid);
      const open = file.open();
      if (!open) return drop(valid, 'unavailable');
      try {
        open.writer.write(valid, now());
      } catch (error) {
        drop(valid, file.failed(error));
      }
    },
    traces: (query) => read((on) => readTraces(on, query)),
    trace: (traceId) => read((on) => readTrace(on, traceId)),
    logs: (query) => read((on) => readLogs(on, query)),
    logVolume: (query) => read((on) => readLogVolume(on, query)),
    metrics: (query) => read((on) => readMetrics(on, query)),
    errors: (query) => read((on) => readErrors(on, query)),
    oldest: () => read(readOldest),
    callers: (query) => read((on) => readCallers(on, query)),
    decide: (decision) => change((on) => decideError(on, decision, now())),
    traps: {
      list: () => read((on) => listTraps(on, now())),
      get: (id) => read((on) => readTrap(on, id, now())),
      add: (trap) => change((on) => addTrap(on, trap, now())),
      remove: (id) => change((on) => removeTrap(on, id)),
    },
    armedTraps() {
      const open = isLazy ? file.current() : file.open();
      if (!open) return [];
      try {
        return armedTraps(open.on, now());
      } catch (error) {
        file.failed(error);
        return [];
      }
    },
    prune: () =>
      (pruning ??= pruneOnce().finally(() => {
        pruning = undefined;
      })),
    close: () => file.close(),
  };
}

function parseUrl(url: string, from: string): string {
  if (url === 'memory:') return MEMORY;
  const name = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : '';
  if (name === '' || name === MEMORY)
    throw new TypeError(`a telemetry store is sqlite:PATH or memory:, not ${JSON.stringify(url)}`);
  return resolve(from, name);
}

interface OpenFile {
  on: Statements;
  writer: BatchWriter;
}

interface StoreFile {
  /** Returns the connection; opens it if the next attempt is due. */
  open(): OpenFile | undefined;
  current(): OpenFile | undefined;
  /**
   * Returns the reason why the failed records are dropped. Ends the connection to a damaged file.
   */
  failed(error: unknown): DropReason;
  close(): void;
}

interface FileOptions extends Pick<TelemetryStoreOptions, 'onDiagnostic'> {
  path: string;
  from: string;
  /** Bytes above which nothing is written. */
  mostBytes: number;
}

function createFile({ path, from, mostBytes, onDiagnostic }: FileOptions): StoreFile {
  let open: OpenFile | undefined;
  let closed = false;
  let retryAt = -Infinity;
  let reported = '';

  const report = (diagnostic: StoreDiagnostic): void => {
    // Reported once, not at each attempt.
    if (diagnostic.kind === 'unavailable' && diagnostic.message === reported) return;
    reported = diagnostic.message;
    onDiagnostic?.(diagnostic);
  };

  const setAside = (kind: 'damaged' | 'newer', message: string): void => {
    if (path === MEMORY) return report({ kind, message });
    report({ kind, message, movedTo: moveAside(path, kind) });
  };

  const failed = (error: unknown): DropReason => {
    const { sqlite, message } = toFailure(error);
    const reason = DROP_REASONS[sqlite] ?? 'error';
    if (reason !== 'damaged') return reason;
    disconnect();
    try {
      setAside('damaged', message);
    } catch (cause) {
      report({ kind: 'unavailable', message: toFailure(cause).message });
      retryAt = performance.now() + RETRY_INTERVAL;
    }
    return reason;
  };

  const disconnect = (): void => {
    const ending = open;
    open = undefined;
    try {
      ending?.on.db.close();
    } catch {
      // A damaged file can't be flushed.
    }
  };

  const attempt = (): OpenFile => {
    try {
      return connect(path, from, mostBytes);
    } catch (error) {
      const { sqlite, message } = toFailure(error);
      if (error instanceof NewerFormat) setAside('newer', message);
      else if (DROP_REASONS[sqlite] === 'damaged') setAside('damaged', message);
      else throw error;
      return connect(path, from, mostBytes);
    }
  };

  return {
    open() {
      if (open || closed || performance.now() < retryAt) return open;
      try {
        open = attempt();
        reported = '';
      } catch (error) {
        retryAt = performance.now() + RETRY_INTERVAL;
        report({ kind: 'unavailable', message: toFailure(error).message });
      }
      return open;
    },
    current: () => open,
    failed,
    close() {
      closed = true;
      disconnect();
    },
  };
}

function connect(path: string, from: string, mostBytes: number): OpenFile {
  const db = openNative(path, from);
  try {
    prepareFile(db, mostBytes);
    const on = createStatements(db);
    return { on, writer: createBatchWriter(on) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Renames the file and SQLite's own files beside it. An earlier one with that name is replaced. */
function moveAside(path: string, kind: 'damaged' | 'newer'): string {
  const target = `${path}.${kind}`;
  for (const suffix of ['-wal', '-shm', ''])
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  return target;
}
