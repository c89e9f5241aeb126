// The default export: the package is CommonJS, of which bundlers and Node see different names.
// oxlint-disable import/no-named-as-default-member -- as above
import pg from 'pg';
import type { OutageReporter } from '../shared/outage.ts';
import { retryWhileUnavailable } from '../shared/retry.ts';

/** What runs one statement: a pool, or the user's own transaction. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Prepared once a connection, by its name. */
export type Run = <Row>(text: string, values: unknown[], name?: string) => Promise<Row[]>;

export interface Connection extends Queryable {
  /** Tries again while the server is away: only for statements that may run twice. */
  retryable: Run;
  /** Once. */
  once: Run;
  /** Runs in one transaction, once. */
  transaction<Value>(work: (client: Queryable) => Promise<Value>): Promise<Value>;
  /** Calls back at each notification by others, and whenever some may have been missed. */
  subscribe(channel: string, callback: (payload: string | undefined) => void): () => Promise<void>;
  close(): Promise<void>;
}

/** Of SQLSTATE: the server starts or ends, is in recovery, has no connection left, ended this session, saw a deadlock. */
const OUTAGES = /^(08|57P0|53300|25006|40P01|40001)/;
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;
const ENDED =
  /terminated|timeout exceeded when trying to connect|not queryable|Client was closed|Connection ended/i;

/** Whether trying again may help. */
export function isOutage(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isOutage);
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string'
    ? OUTAGES.test(code) || NETWORK.test(code)
    : ENDED.test(String(message));
}

/** The indexes are trusted over the planner, which knows nothing of a table that was empty a moment ago. */
const PLANS =
  'SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; SET plan_cache_mode = force_generic_plan';
const POOL = 6;
const CONNECT_LIMIT = 5000;
const LONGEST_WAIT = 5000;

export function connect(url: string, outage: OutageReporter): Connection {
  const closing = new AbortController();
  const config = {
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_LIMIT,
    application_name: 'gati',
  };
  const pool = new pg.Pool({
    ...config,
    max: POOL,
    onConnect: async (client) => void (await client.query(PLANS)),
  });
  // An idle connection that the server ended; the next query opens another.
  pool.on('error', outage.failed);
  pool.on('connect', outage.over);
  const query: Queryable['query'] = (text, values) => pool.query(text, values);
  const once: Run = async (text, values, name) =>
    (await pool.query(name === undefined ? { text, values } : { name, text, values }))
      .rows as never[];

  return {
    query,

    once,

    retryable: (text, values, name) =>
      retryWhileUnavailable(() => once(text, values, name), isOutage, { signal: closing.signal }),

    async transaction(work) {
      const client = await retryWhileUnavailable(() => pool.connect(), isOutage, {
        signal: closing.signal,
      });
      try {
        await client.query('BEGIN');
        const value = await work(client);
        await client.query('COMMIT');
        client.release();
        return value;
      } catch (error) {
        const broken = await client.query('ROLLBACK').then(
          () => false,
          () => true,
        );
        client.release(broken);
        throw error;
      }
    },

    subscribe(channel, callback) {
      let client: pg.Client | undefined;
      let timer: NodeJS.Timeout | undefined;
      let wait = 50;
      let stopped = false;
      const connect = async (): Promise<void> => {
        const next = new pg.Client(config);
        client = next;
        let lost = false;
        const lose = (error?: Error): void => {
          if (lost || stopped) return;
          lost = true;
          if (error) outage.failed(error);
          void next.end().catch(() => {});
          timer = setTimeout(() => void connect(), wait);
          wait = Math.min(wait * 2, LONGEST_WAIT);
        };
        next.on('error', lose);
        next.on('end', () => lose());
        next.on('notification', ({ payload }) => callback(payload));
        try {
          await next.connect();
          await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
          wait = 50;
          outage.over();
          // What was said while nobody listened.
          callback(undefined);
        } catch (error) {
          lose(error as Error);
        }
      };
      void connect();
      return async () => {
        stopped = true;
        clearTimeout(timer);
        await client?.end().catch(() => {});
      };
    },

    async close() {
      closing.abort();
      if (!pool.ending) await pool.end();
    },
  };
}
