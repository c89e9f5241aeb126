// oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin
import { Worker } from 'node:worker_threads';
import { openError, queryError } from './errors.ts';
import type { Call, CallName, Calls, FromThread, ThreadData, ToThread } from './protocol.ts';

export interface Connection {
  /**
   * Runs a call in the thread.
   *
   * @throws {GatiError} GATI_EFFECTS_STORE when it fails
   */
  call<Name extends CallName>(name: Name, ...args: Calls[Name][0]): Promise<Calls[Name][1]>;
  /** Calls back when a job may have become due. Returns a function that ends the subscription. */
  subscribe(callback: () => void): () => void;
  close(): Promise<void>;
}

/** Calls that may make a job due. */
const READY_CALLS: ReadonlySet<CallName> = new Set<CallName>(['enqueue', 'retry', 'redrive']);

/** A call that waits for its result. */
interface Waiting {
  name: CallName;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Connects to the thread that has the file open. A thread that died is replaced at the next call.
 *
 * @throws {GatiError} GATI_EFFECTS_OPEN when the file can't be opened
 */
export async function connect(path: string): Promise<Connection> {
  const { location } = await import('./thread.ts');
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<() => void>();
  let unsent: Call[] = [];
  let worker: Worker | undefined;
  let nextId = 0;
  let closed = false;

  const send = (message: ToThread): void => worker?.postMessage(message);

  /** Sends the calls of one turn of the event loop as one message. */
  const flush = (): void => {
    const calls = unsent;
    unsent = [];
    if (calls.length > 0) send({ calls });
  };

  const receive = (message: FromThread): void => {
    let due = 'due' in message;
    for (const [id, value, failure] of 'results' in message ? message.results : []) {
      const call = waiting.get(id);
      waiting.delete(id);
      due ||= call !== undefined && READY_CALLS.has(call.name);
      if (failure) call?.reject(queryError(path, failure));
      else call?.resolve(value);
    }
    if (waiting.size === 0) worker?.unref();
    if (due) for (const listener of listeners) listener();
  };

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const started = startThread(location, { gati: 'sqlite-queue', path, from: process.cwd() });
      worker = started;
      const end = (error: Error): void => {
        reject(error);
        if (worker !== started) return;
        worker = undefined;
        for (const call of waiting.values()) call.reject(error);
        waiting.clear();
      };
      started.on('error', end);
      started.on('exit', () =>
        end(
          queryError(path, { sqlite: 0, message: 'the thread that has the file open has ended' }),
        ),
      );
      started.on('message', (message: FromThread) => {
        if ('opened' in message) {
          if (waiting.size === 0) started.unref();
          resolve();
        } else if ('failed' in message) end(openError(path, message.failed));
        else receive(message);
      });
    });

  await start();

  return {
    call: (name, ...args) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(queryError(path, { sqlite: 0, message: 'it is closed' }));
        if (!worker) {
          // A failure rejects the calls that wait.
          start().catch(() => {});
          if (listeners.size > 0) send({ subscribe: true });
        }
        const id = nextId++;
        // The process must not end while a call waits for the disk.
        if (waiting.size === 0) worker!.ref();
        waiting.set(id, { name, resolve: resolve as (value: unknown) => void, reject });
        if (unsent.push([id, name, args] as Call) === 1) queueMicrotask(flush);
      }),
    subscribe(callback) {
      listeners.add(callback);
      if (listeners.size === 1) send({ subscribe: true });
      return () => {
        if (listeners.delete(callback) && listeners.size === 0) send({ subscribe: false });
      };
    },
    async close() {
      if (closed) return;
      closed = true;
      listeners.clear();
      const ending = worker;
      if (!ending) return;
      ending.ref();
      flush();
      await new Promise<void>((resolve) => {
        ending.once('exit', () => resolve());
        send({ close: true });
      });
    },
  };
}

function startThread(location: string, workerData: ThreadData): Worker {
  if (!location.endsWith('.ts') || (process.features as { typescript?: unknown }).typescript)
    return new Worker(new URL(location), { workerData });
  // Runs the TypeScript sources on a version of Node that can't run them itself.
  return new Worker(
    `import('tsx/esm/api').then(({ register }) => (register(), import(${JSON.stringify(location)})))`,
    {
      eval: true,
      workerData,
    },
  );
}
