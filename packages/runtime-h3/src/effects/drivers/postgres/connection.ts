// Uses the default export, because the package is CommonJS, and bundlers and Node see different
// named exports of it.
// oxlint-disable import/no-named-as-default-member -- as above
import pg from 'pg';
import type { OutageReporter } from '../shared/outage.ts';
import { retryWhileUnavailable } from '../shared/retry.ts';
import { isOutage } from './errors.ts';

/** Runs one statement: a pool, or the user's own transaction. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Runs a statement. With a name it is prepared once per connection. */
export type Run = <Row>(text: string, values: unknown[], name?: string) => Promise<Row[]>;

export interface Connection extends Queryable {
  /** Tries again while the server is unavailable: the statement must be safe to run twice. */
  retryable: Run;
  /** Runs the statement once. */
  once: Run;
  /** Runs `work` in one transaction, once. */
  transaction<Value>(work: (client: Queryable) => Promise<Value>): Promise<Value>;
  /**
   * Calls back with each notification, and with `undefined` whenever some may have been missed.
   * Returns a function that ends the subscription.
   */
  subscribe(channel: string, callback: (payload: string | undefined) => void): () => Promise<void>;
  close(): Promise<void>;
}

/**
 * Makes the planner use the indexes. It would not by itself, because it has no statistics about a
 * table that was empty a moment ago.
 */
const PLANNER =
  'SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; SET plan_cache_mode = force_generic_plan';
const POOL_SIZE = 6;
/** Milliseconds. */
const CONNECT_TIMEOUT = 5000;
/** Pauses before the subscription connects again. Milliseconds. */
const FIRST_RECONNECT_PAUSE = 50;
const LONGEST_RECONNECT_PAUSE = 5000;

export function connect(url: string, outage: OutageReporter): Connection {
  const closing = new AbortController();
  const { signal } = closing;
  const config = {
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    application_name: 'gati',
  };
  const pool = new pg.Pool({
    ...config,
    max: POOL_SIZE,
    onConnect: async (client) => void (await client.query(PLANNER)),
  });
  // The server ended an idle connection; the next query opens another.
  pool.on('error', outage.failed);
  pool.on('connect', outage.over);
  const once: Run = async (text, values, name) =>
    (await pool.query(name === undefined ? { text, values } : { name, text, values }))
      .rows as never[];

  return {
    query: (text, values) => pool.query(text, values),

    once,

    retryable: (text, values, name) =>
      retryWhileUnavailable(() => once(text, values, name), isOutage, { signal }),

    async transaction(work) {
      const client = await retryWhileUnavailable(() => pool.connect(), isOutage, { signal });
      try {
        await client.query('BEGIN');
        const value = await work(client);
        await client.query('COMMIT');
        client.release();
        return value;
      } catch (error) {
        const isBroken = await client.query('ROLLBACK').then(
          () => false,
          () => true,
        );
        client.release(isBroken);
        throw error;
      }
    },

    subscribe: (channel, callback) => subscribe(config, outage, channel, callback),

    async close() {
      closing.abort();
      if (!pool.ending) await pool.end();
    },
  };
}

/** Listens on a connection that is replaced when it is lost. */
function subscribe(
  config: pg.ClientConfig,
  outage: OutageReporter,
  channel: string,
  callback: (payload: string | undefined) => void,
): () => Promise<void> {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = FIRST_RECONNECT_PAUSE;
  let stopped = false;

  const listen = async (): Promise<void> => {
    const next = new pg.Client(config);
    client = next;
    let lost = false;
    const reconnect = (error?: Error): void => {
      if (lost || stopped) return;
      lost = true;
      if (error) outage.failed(error);
      void next.end().catch(() => {});
      timer = setTimeout(() => void listen(), pause);
      pause = Math.min(pause * 2, LONGEST_RECONNECT_PAUSE);
    };
    next.on('error', reconnect);
    next.on('end', () => reconnect());
    next.on('notification', ({ payload }) => callback(payload));
    try {
      await next.connect();
      await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      pause = FIRST_RECONNECT_PAUSE;
      outage.over();
      // Notifications may have been missed before.
      callback(undefined);
    } catch (error) {
      reconnect(error as Error);
    }
  };

  void listen();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await client?.end().catch(() => {});
  };
}
