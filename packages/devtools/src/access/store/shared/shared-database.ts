import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SharedBytes, SharedDocument } from '@gati/runtime-h3/telemetry';
import { PanelError } from '../../../http/problem.ts';
import { type Database, openDatabase, type Value } from '../database.ts';
import { pack, unpack } from './pack.ts';

/** Milliseconds between two reads of what other processes wrote. */
const INTERVAL = 3000;
/** Maximum number of tries of a write. */
const TRIES = 12;
/** Maximum number of bytes of a document. A Secret has up to 1 MiB. */
const MAX_BYTES = 700_000;

/** The accounts of a panel that several processes serve. */
export interface SharedDatabase {
  /** Statements run on a copy in memory. */
  database: Database;
  /**
   * Runs the work of a request. Its writes are stored together or not at all.
   *
   * @param isLatest whether the work must see what other processes have just written
   * @throws {PanelError} 503 when the document can't be read
   */
  run<Result>(isLatest: boolean, work: () => Promise<Result>): Promise<Result>;
  /**
   * Stores what the current work has written. Resolves when it is stored.
   *
   * @throws {PanelError} 409 when another process has changed the same data, 503 when the document
   *   can't be stored
   */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface SharedOptions {
  accounts: SharedDocument;
  /** Called when another process has changed the document. */
  onChange?: () => void;
  /** Called when the document can't be read or written. */
  onError?: (error: unknown) => void;
  /** Milliseconds between two reads of what other processes wrote; 0 for none. */
  interval?: number;
}

/** Work whose statements are stored together or not at all. */
interface Work {
  /** Reason why its statements were dropped. */
  failure?: PanelError;
  /** Whether the request has ended. Timers and promises of the request may still run. */
  isEnded?: true;
}

interface Statement {
  work: Work;
  sql: string;
  values: Value[];
  /** Result of the first run: the number of changed rows, or the rows as JSON. */
  result: number | string | undefined;
}

/**
 * Reads on which changes depend: whether another owner exists, or whether wrong codes cause a
 * pause.
 */
const DECIDES = /\bFROM (?:person|attempt)\b/;
/** Minimum milliseconds between two writes, so that a flood of logins does not flood the cluster. */
const PAUSE = 100;

/**
 * Opens the accounts that several processes share. A process runs statements on its copy in memory,
 * and then stores the copy. If another process has stored its copy first, the statements run again
 * on that one. If they then have other results, their work fails, so a link or a code is never used
 * twice.
 *
 * @throws when the document can't be read
 */
export async function openSharedDatabase(options: SharedOptions): Promise<SharedDatabase> {
  const shared = new Shared(options);
  await shared.refresh();
  return shared.open();
}

class Shared {
  readonly #options: SharedOptions;
  readonly #local = openDatabase(':memory:');
  readonly #works = new AsyncLocalStorage<Work>();
  /**
   * Work outside of requests, such as storing the time of the last use. It does not fail if its
   * statements have other results when they run again.
   */
  readonly #background: Work = {};
  /** Statements that are not stored yet, in their order. */
  #pending: Statement[] = [];
  /** The document as it was read or written last. */
  #bytes: Uint8Array | undefined;
  #version = '';
  /** The last operation on the document. Operations run one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #storing: Promise<void> | undefined;
  #refreshing: Promise<void> | undefined;
  #wroteAt = -Infinity;

  constructor(options: SharedOptions) {
    this.#options = options;
  }

  open(): SharedDatabase {
    const { interval = INTERVAL, onError = () => {} } = this.#options;
    const look = async (): Promise<void> => {
      await this.refresh();
      if (this.#pending.some(isWrite)) await this.#store();
    };
    const timer =
      interval > 0 ? setInterval(() => void look().catch(onError), interval) : undefined;
    timer?.unref();
    return {
      database: this.#record(),
      run: async (isLatest, work) => {
        if (isLatest) await this.#refreshForRequest();
        const own: Work = {};
        try {
          return await this.#works.run(own, work);
        } finally {
          own.isEnded = true;
          // The reads of the work no longer matter. Its writes are stored soon.
          this.#pending = this.#pending.filter((each) => each.work !== own || isWrite(each));
        }
      },
      settle: async () => {
        const work = this.#currentWork();
        if (this.#pending.some((each) => each.work === work && isWrite(each))) await this.#store();
        if (work.failure) throw work.failure;
      },
      close: async () => {
        clearInterval(timer);
        if (this.#pending.length > 0) await this.#store().catch(onError);
        this.#local.close();
      },
    };
  }

  /** The work of the request that runs, or the background. */
  #currentWork(): Work {
    const work = this.#works.getStore();
    return work === undefined || work.isEnded ? this.#background : work;
  }

  async #refreshForRequest(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      throw unavailableError('read', error);
    }
  }

  /** Reads what other processes have written. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#inTurn(async () => {
      this.#refreshing = undefined;
      const read = await this.#options.accounts.read(this.#version);
      if (read.version === this.#version) return;
      const isFirst = this.#version === '';
      this.#load(read.version, read.bytes);
      if (!isFirst) this.#options.onChange?.();
    });
    return this.#refreshing;
  }

  /**
   * Returns a database that keeps statements that write, and reads on which they depend, to run
   * them again.
   */
  #record(): Database {
    const local = this.#local;
    const note = (statement: Omit<Statement, 'work'>, work = this.#currentWork()): void =>
      void this.#pending.push({ work, ...statement });
    const all = <Row>(sql: string, values: Value[]): Row[] => {
      const rows = local.all<Row>(sql, ...values);
      // Reads outside of a request do not matter.
      const isOwn = this.#currentWork() !== this.#background && DECIDES.test(sql);
      if (isOwn) note({ sql, values, result: JSON.stringify(rows) });
      return rows;
    };
    return {
      all: (sql, ...values) => all(sql, values),
      get: (sql, ...values) => all<never>(sql, values)[0],
      run(sql, ...values) {
        const changes = local.run(sql, ...values);
        if (changes > 0) note({ sql, values, result: changes });
        return changes;
      },
      note: (sql, ...values) => {
        local.note(sql, ...values);
        note({ sql, values, result: undefined }, this.#background);
      },
      transaction: (run) => {
        const before = this.#pending.length;
        try {
          return local.transaction(run);
        } catch (error) {
          this.#pending.length = before;
          throw error;
        }
      },
      close: () => local.close(),
    };
  }

  /** Stores all statements so far. Requests that wait at the same time share one write. */
  #store(): Promise<void> {
    this.#storing ??= this.#inTurn(async () => {
      const wait = this.#wroteAt + PAUSE - performance.now();
      if (wait > 0) await sleep(wait);
      this.#storing = undefined;
      this.#wroteAt = performance.now();
      await this.#write();
    });
    return this.#storing;
  }

  async #write(): Promise<void> {
    for (let count = 0; this.#pending.some(isWrite); count++) {
      const commit = randomUUID();
      // A copy, because a request that ends meanwhile removes its reads from the list.
      const included = new Set(this.#pending);
      const bytes = this.#packed(commit);
      let version: string | undefined;
      try {
        if (count >= TRIES) throw new Error('other processes keep changing them');
        version = await this.#options.accounts.write(bytes, this.#version);
      } catch (error) {
        return this.#giveUp(error);
      }
      if (version !== undefined) return this.#stored(version, bytes, included);
      let read: SharedBytes;
      try {
        read = await this.#options.accounts.read();
      } catch (error) {
        return this.#giveUp(error);
      }
      const last = unpack(this.#local, read.bytes);
      // The response to an earlier try was lost, but the document has it.
      if (last === commit) {
        this.#stored(read.version, read.bytes!, included);
        this.#replay();
        return;
      }
      this.#load(read.version, read.bytes);
      this.#options.onChange?.();
    }
  }

  #stored(version: string, bytes: Uint8Array, included: ReadonlySet<Statement>): void {
    this.#version = version;
    this.#bytes = bytes;
    this.#pending = this.#pending.filter((each) => !included.has(each));
  }

  /** Packs the document. Removes the oldest entries of the audit log if it is too long. */
  #packed(commit: string): Buffer {
    for (;;) {
      const bytes = pack(this.#local, commit);
      if (bytes.length <= MAX_BYTES) return bytes;
      const oldest =
        'SELECT number FROM audit ORDER BY number LIMIT 1 + (SELECT COUNT(*) FROM audit) / 4';
      if (this.#local.run(`DELETE FROM audit WHERE number IN (${oldest})`) === 0) return bytes;
      this.#local.run('DELETE FROM ended WHERE number NOT IN (SELECT number FROM audit)');
    }
  }

  /** Drops the statements that could not be stored. */
  #giveUp(error: unknown): void {
    this.#options.onError?.(error);
    const failure = unavailableError('stored', error);
    for (const { work } of this.#pending) if (work !== this.#background) work.failure = failure;
    this.#pending = [];
    unpack(this.#local, this.#bytes);
  }

  #load(version: string, bytes: Uint8Array | undefined): void {
    unpack(this.#local, bytes);
    this.#version = version;
    this.#bytes = bytes;
    this.#replay();
  }

  /** Runs the pending statements on the loaded copy. Work with other results than before fails. */
  #replay(): void {
    for (;;) {
      const failed = this.#pending.find(
        ({ work, sql, values, result }) =>
          this.#again(sql, values, typeof result) !== result && work !== this.#background,
      );
      if (!failed) return;
      failed.work.failure = changedError();
      this.#pending = this.#pending.filter(({ work }) => work !== failed.work);
      unpack(this.#local, this.#bytes);
    }
  }

  #again(sql: string, values: Value[], type: string): Statement['result'] {
    try {
      if (type === 'string') return JSON.stringify(this.#local.all(sql, ...values));
      return this.#local.run(sql, ...values);
    } catch {
      return undefined;
    }
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#last;
    const own = before.catch(() => {}).then(work);
    this.#last = own;
    return await own;
  }
}

const isWrite = ({ result }: Statement): boolean => typeof result !== 'string';

const changedError = (): PanelError =>
  new PanelError(
    409,
    'changed_meanwhile',
    'Another process of the panel changed the same data in the meantime. Try again.',
  );

const unavailableError = (missing: 'read' | 'stored', cause: unknown): PanelError =>
  new PanelError(
    503,
    'accounts_unavailable',
    `The accounts of the panel can not be ${missing}: ${cause instanceof Error ? cause.message : String(cause)}`,
  );
