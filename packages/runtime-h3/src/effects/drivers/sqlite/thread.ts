// oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin
import { type FSWatcher, watch } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { CLOCK } from './clock.ts';
import { commit } from './commit.ts';
import { type Native, openNative, type Row, toFailure } from '../../../data/native-sqlite.ts';
import type { Call, FromThread, ThreadData, ToThread } from './protocol.ts';
import { prepareFile } from './schema.ts';
import { createStore } from './store.ts';

/**
 * URL of the file with this code; in a bundle, URL of the chunk. The thread runs the same file,
 * which imports only Node's own modules.
 */
export const location: string = import.meta.url;

/** Maximum number of calls of one commit: a longer one would make other processes wait. */
const LARGEST_COMMIT = 1000;
/**
 * Milliseconds between two checks of the file for changes by other processes, in case no event
 * comes.
 */
const CHECK_INTERVAL = 250;
/** Number of checks after a write event, one per millisecond: a disk needs time to flush. */
const CHECKS_AFTER_WRITE = 50;
/** Longest delay of a timer in Node. Milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Milliseconds between commits while another process competes for the write lock. */
const YIELD_PAUSE = 1;

if ((workerData as Partial<ThreadData> | null)?.gati === 'sqlite-queue' && parentPort)
  run(workerData as ThreadData, parentPort);

type Port = NonNullable<typeof parentPort>;

/**
 * Runs the one thread of a process that uses the file, so that no request waits for a disk flush.
 */
function run({ path, from }: ThreadData, port: Port): void {
  const post = (message: FromThread): void => port.postMessage(message);
  // Some versions of Node warn that their SQLite is experimental.
  process.removeAllListeners('warning');
  let db: Native;
  try {
    db = openNative(path, from);
    prepareFile(db);
  } catch (error) {
    post({ failed: toFailure(error) });
    port.close();
    return;
  }
  const store = createStore(db, CLOCK);
  const pending: Call[] = [];
  let subscribed = false;
  let dueTimer: NodeJS.Timeout | undefined;
  let scheduled = false;
  let closing = false;

  const receive = (message: ToThread): void => {
    if ('calls' in message) pending.push(...message.calls);
    else if ('close' in message) closing = true;
    else subscribe(message.subscribe);
  };

  const work = (): void => {
    scheduled = false;
    for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port))
      receive(more.message as ToThread);
    if (pending.length > 0) {
      const { results, contended } = commit(db, store, pending.splice(0, LARGEST_COMMIT));
      post({ results });
      setDueTimer();
      if (contended) return schedule(YIELD_PAUSE);
    }
    if (pending.length > 0) return schedule(0);
    if (closing) close();
  };

  /** Works again later. Calls that come until then share the next commit. */
  const schedule = (milliseconds: number): void => {
    if (scheduled) return;
    scheduled = true;
    if (milliseconds > 0) setTimeout(work, milliseconds);
    else setImmediate(work);
  };

  /** Sets the only timer to the time at which the next job becomes due. */
  const setDueTimer = (): void => {
    clearTimeout(dueTimer);
    const at = subscribed ? store.nextDue() : undefined;
    if (at !== undefined)
      dueTimer = setTimeout(postDue, Math.min(Math.max(1, at - Date.now()), LONGEST_TIMER));
  };

  const postDue = (): void => post({ due: true });

  const changes = createChangeWatch(db, path, () => {
    postDue();
    setDueTimer();
  });

  const subscribe = (wanted: boolean): void => {
    if (wanted === subscribed) return;
    subscribed = wanted;
    changes.stop();
    if (wanted) changes.start();
    setDueTimer();
  };

  const close = (): void => {
    subscribe(false);
    db.close();
    post({ closed: true });
    port.close();
  };

  port.on('message', (message: ToThread) => {
    receive(message);
    if (!scheduled) work();
  });
  post({ opened: true });
}

/** Watches the file for changes by other processes. */
function createChangeWatch(
  db: Native,
  path: string,
  onChange: () => void,
): { start(): void; stop(): void } {
  const dataVersion = db.prepare('PRAGMA data_version');
  const readVersion = (): unknown => (dataVersion.all()[0] as Row).data_version;
  let version = readVersion();
  let interval: NodeJS.Timeout | undefined;
  let nextCheck: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  let checksLeft = 0;

  /** Returns whether another process changed the file. */
  const check = (): boolean => {
    const now = readVersion();
    if (now === version) return false;
    version = now;
    onChange();
    return true;
  };

  /**
   * A write is visible once it is on the disk. There is no event for that, so this function checks
   * repeatedly.
   */
  const onWrite = (): void => {
    checksLeft = CHECKS_AFTER_WRITE;
    nextCheck ??= setTimeout(checkAgain, 1);
  };
  const checkAgain = (): void => {
    nextCheck = undefined;
    if (!check() && --checksLeft > 0) nextCheck = setTimeout(checkAgain, 1);
  };

  return {
    start() {
      interval = setInterval(check, CHECK_INTERVAL);
      watcher = watchFile(`${path}-wal`, onWrite);
    },
    stop() {
      clearInterval(interval);
      clearTimeout(nextCheck);
      nextCheck = undefined;
      watcher?.close();
    },
  };
}

/** Watches the log, to which every commit of another process writes. */
function watchFile(file: string, onWrite: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(file, { persistent: false }, onWrite);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    // Without a watcher, the interval finds the commits.
    return undefined;
  }
}
