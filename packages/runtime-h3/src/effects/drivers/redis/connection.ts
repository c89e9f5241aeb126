import { createHash } from 'node:crypto';
import { Redis, type RedisOptions } from 'ioredis';
import type { OutageReporter } from '../shared/outage.ts';
import { retryWhileUnavailable } from '../shared/retry.ts';
import { isNoDatabase, isNotSent, isOutage } from './errors.ts';
import { type ScriptName, SCRIPTS } from './scripts.ts';

export interface Connection {
  /**
   * Runs a script, and tries again while the server is unavailable: the script must be safe to run
   * twice. `onSent` is called whenever the script is sent. Commands that it sends go out in the
   * same write.
   */
  run<Result>(script: ScriptName, args: (string | number)[], onSent?: () => void): Promise<Result>;
  /** Runs many commands in one round trip. The result is `undefined` for a key of another type. */
  pipeline<Result>(commands: (string | number)[][]): Promise<Result[]>;
  /** Calls back with each message, and without one whenever messages may have been missed. */
  subscribe(channel: string, callback: (message?: string) => void): void;
  close(): Promise<void>;
}

/** Milliseconds per command. */
const COMMAND_TIMEOUT = 10_000;
/** Longest pause before the client connects again. Milliseconds. */
const LONGEST_RECONNECT_PAUSE = 1000;

const OPTIONS: RedisOptions = {
  lazyConnect: true,
  // The client keeps no unsent command: `retryWhileUnavailable` decides how long to wait.
  enableOfflineQueue: false,
  maxRetriesPerRequest: null,
  commandTimeout: COMMAND_TIMEOUT,
  keepAlive: 10_000,
  retryStrategy: (times: number) => Math.min(times * 20, LONGEST_RECONNECT_PAUSE),
};

export async function connect(
  url: string,
  prefix: string,
  outage: OutageReporter,
): Promise<Connection> {
  const closing = new AbortController();
  const client = new Redis(url, OPTIONS);
  const watch = createWatch(outage, closing.signal);
  watch(client);
  const explain = explainUnsent(client);
  const retry = <Value>(work: () => Promise<Value>): Promise<Value> =>
    retryWhileUnavailable(() => work().catch(explain), isOutage, { signal: closing.signal });
  let subscriber: Redis | undefined;

  const close = async (): Promise<void> => {
    closing.abort();
    subscriber?.disconnect();
    client.disconnect();
  };
  void client.connect().catch(() => {});
  try {
    await retry(() => client.ping());
  } catch (error) {
    // A failed start must not continue in the background.
    await close();
    throw error;
  }

  return {
    run: <Result>(script: ScriptName, args: (string | number)[], onSent?: () => void) =>
      retry(async () => {
        try {
          return (await sendTogether(
            client,
            () => client.evalsha(DIGESTS[script], 1, prefix, ...args),
            onSent,
          )) as Result;
        } catch (error) {
          // A server forgets scripts when it restarts, on SCRIPT FLUSH, or when it has too many.
          if (!String(error).includes('NOSCRIPT')) throw error;
          return (await sendTogether(
            client,
            () => client.eval(SCRIPTS[script], 1, prefix, ...args),
            onSent,
          )) as Result;
        }
      }),

    pipeline: <Result>(commands: (string | number)[][]) =>
      retry(async () => {
        const results =
          (await client.pipeline(commands.map((command) => ['call', ...command])).exec()) ?? [];
        return results.map(([error, result]) => {
          if (!error) return result as Result;
          // A key of another type means a damaged job. It must not affect other jobs.
          if (error.message.startsWith('WRONGTYPE')) return undefined as Result;
          throw error;
        });
      }),

    subscribe(channel, callback) {
      // A separate connection: a subscribed one can send no other commands.
      const connection = new Redis(url, {
        ...OPTIONS,
        commandTimeout: undefined,
        autoResubscribe: false,
        lazyConnect: false,
      });
      subscriber = connection;
      watch(connection);
      connection.on('message', (_channel, message) => callback(message));
      // Messages may have been missed before the connection was ready.
      connection.on('ready', () =>
        connection.subscribe(channel).then(() => callback(), outage.failed),
      );
    },

    close,
  };
}

/**
 * Returns a function that reports the outages of connections. An outage ends when all work again.
 */
function createWatch(outage: OutageReporter, closing: AbortSignal): (connection: Redis) => void {
  const down = new Set<Redis>();
  return (connection) => {
    const failed = (error: Error = new Error('The connection was closed.')): void => {
      if (closing.aborted) return;
      down.add(connection);
      outage.failed(error);
    };
    connection.on('error', failed);
    // A proxy that closes the connection causes no error.
    connection.on('close', () => failed());
    connection.on('ready', () => {
      down.delete(connection);
      if (down.size === 0) outage.over();
    });
  };
}

/**
 * Returns a function that throws the error of a command. If the command was not sent, it throws the
 * last error of the connection, which says why.
 */
function explainUnsent(client: Redis): (error: unknown) => never {
  let last: Error | undefined;
  client.on('error', (error: Error) => {
    if (!isNotSent(error)) last = error;
    // The client would continue in database 0: it must send nothing before it has chosen the right
    // one.
    if (isNoDatabase(error)) client.disconnect(true);
  });
  client.on('ready', () => {
    last = undefined;
  });
  return (error) => {
    throw isNotSent(error) ? (last ?? error) : error;
  };
}

const DIGESTS = Object.fromEntries(
  Object.entries(SCRIPTS).map(([name, lua]) => [
    name,
    createHash('sha1').update(lua).digest('hex'),
  ]),
) as Record<ScriptName, string>;

/**
 * Sends a command in the same write as the commands that `onSent` sends, so that the server makes
 * all of them durable at once.
 */
function sendTogether(
  client: Redis,
  send: () => Promise<unknown>,
  onSent: (() => void) | undefined,
): Promise<unknown> {
  if (onSent === undefined) return send();
  // There is no stream before the first connection.
  const stream = client.stream as typeof client.stream | undefined;
  stream?.cork();
  try {
    const result = send();
    onSent();
    return result;
  } finally {
    process.nextTick(() => stream?.uncork());
  }
}
