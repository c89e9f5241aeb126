import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { OutageReporter } from '../shared/outage.ts';
import { retryWhileUnavailable } from '../shared/retry.ts';
import { type ScriptName, SCRIPTS } from './scripts.ts';

export interface Connection {
  /**
   * Runs a script, and again while the server is away: only for what may happen twice.
   * `onSent` is called each time it is on its way: what is sent then is done right behind it.
   */
  run<Answer>(script: ScriptName, args: (string | number)[], onSent?: () => void): Promise<Answer>;
  /** One round trip for many commands. */
  pipeline<Answer>(commands: (string | number)[][]): Promise<Answer[]>;
  /** Calls back at each message, and whenever some may have been missed. */
  subscribe(channel: string, callback: (message?: string) => void): void;
  close(): Promise<void>;
}

const COMMAND_LIMIT = 10_000;
const LONGEST_WAIT = 1000;

const AWAY =
  /Stream isn't writeable|Connection is closed|Connection is in|Command timed out|^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNKILLABLE|BUSY)\b/;
/** Says nothing of why. */
const NOT_SENT = /Stream isn't writeable|Connection is closed/;
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|NR_CLOSED)/;

/** Whether trying again may help. */
export function isOutage(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return (typeof code === 'string' && NETWORK.test(code)) || AWAY.test(String(message));
}

/** What the server says to the database that the address names. */
export function isNoDatabase(error: unknown): boolean {
  return /DB index|SELECT is not allowed/.test(String(error));
}

/** What the server says to the user and password of the address. */
export function isRefusal(error: unknown): boolean {
  return /\b(WRONGPASS|NOAUTH|NOPERM|invalid password)\b/.test(String(error));
}

/** What can't be sent is not kept back by the client: what waits, and for how long, is `patiently`'s. */
export async function connect(
  url: string,
  prefix: string,
  outage: OutageReporter,
): Promise<Connection> {
  const closing = new AbortController();
  const options = {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: null,
    commandTimeout: COMMAND_LIMIT,
    keepAlive: 10_000,
    retryStrategy: (times: number) => Math.min(times * 20, LONGEST_WAIT),
  };
  const client = new Redis(url, options);
  // What happened to the connection says more than what a command on it says.
  let last: Error | undefined;
  client.on('error', (error: Error) => {
    if (!NOT_SENT.test(String(error))) last = error;
    // The client would go on in database 0: nothing may be sent before the right one is chosen.
    if (isNoDatabase(error)) client.disconnect(true);
  });
  client.on('ready', () => {
    last = undefined;
  });
  const down = new Set<Redis>();
  /** It is over when all that were lost are back. */
  const watch = (connection: Redis): void => {
    const failed = (error: Error = new Error('The connection was closed.')): void => {
      if (closing.signal.aborted) return;
      down.add(connection);
      outage.failed(error);
    };
    connection.on('error', failed);
    // A proxy that ends it is no error.
    connection.on('close', () => failed());
    connection.on('ready', () => {
      down.delete(connection);
      if (down.size === 0) outage.over();
    });
  };
  watch(client);
  const tell = (error: unknown): never => {
    throw NOT_SENT.test(String(error)) ? (last ?? error) : error;
  };
  const again = <Value>(work: () => Promise<Value>): Promise<Value> =>
    retryWhileUnavailable(() => work().catch(tell), isOutage, { signal: closing.signal });
  let subscriber: Redis | undefined;

  const close = async (): Promise<void> => {
    closing.abort();
    subscriber?.disconnect();
    client.disconnect();
  };
  void client.connect().catch(() => {});
  try {
    await again(() => client.ping());
  } catch (error) {
    // A failed start must not go on in the background.
    await close();
    throw error;
  }

  return {
    run: <Answer>(script: ScriptName, args: (string | number)[], onSent?: () => void) =>
      again(async () => {
        try {
          return (await together(
            client,
            () => client.evalsha(DIGESTS[script], 1, prefix, ...args),
            onSent,
          )) as Answer;
        } catch (error) {
          // A server forgets scripts when it restarts, is told to, or has too many.
          if (!String(error).includes('NOSCRIPT')) throw error;
          return (await together(
            client,
            () => client.eval(SCRIPTS[script], 1, prefix, ...args),
            onSent,
          )) as Answer;
        }
      }),

    pipeline: <Answer>(commands: (string | number)[][]) =>
      again(async () => {
        const answers =
          (await client.pipeline(commands.map((command) => ['call', ...command])).exec()) ?? [];
        return answers.map(([error, answer]) => {
          if (error) throw error;
          return answer as Answer;
        });
      }),

    subscribe(channel, callback) {
      // Its own connection: one that listens can do nothing else.
      const own = new Redis(url, {
        ...options,
        commandTimeout: undefined,
        autoResubscribe: false,
        lazyConnect: false,
      });
      subscriber = own;
      watch(own);
      own.on('message', (_channel, message) => callback(message));
      // What was said while nobody listened may be missed, so that each time is one to look.
      own.on('ready', () => own.subscribe(channel).then(() => callback(), outage.failed));
    },

    close,
  };
}

const DIGESTS = Object.fromEntries(
  Object.entries(SCRIPTS).map(([name, lua]) => [
    name,
    createHash('sha1').update(lua).digest('hex'),
  ]),
) as Record<ScriptName, string>;

/** In one write with what `onSent` sends, so that the server makes both durable at once. */
function together(
  client: Redis,
  send: () => Promise<unknown>,
  onSent: (() => void) | undefined,
): Promise<unknown> {
  if (onSent === undefined) return send();
  // There is none before the first connection.
  const stream = client.stream as typeof client.stream | undefined;
  stream?.cork();
  try {
    const answer = send();
    onSent();
    return answer;
  } finally {
    process.nextTick(() => stream?.uncork());
  }
}
