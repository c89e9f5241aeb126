// oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin
import { type FSWatcher, watch } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { CLOCK } from './clock.ts';
import { commit } from './commit.ts';
import { type Native, openNative, type Row, toFailure } from './native.ts';
import type { Call, FromThread, ThreadData, ToThread } from './protocol.ts';
import { prepareFile } from './schema.ts';
import { createStore } from './store.ts';

/** Where this code stands: in a bundle the chunk that was made of it. The thread runs the same file, which imports nothing but Node's own modules. */
export const location: string = import.meta.url;

/** Calls that share a commit at most: a longer one would keep other processes waiting. */
const LARGEST_COMMIT = 1000;
/** How often the file is asked whether another process changed it, where no event tells. Milliseconds. */
const LOOK = 250;
/** How often it is looked at, once a millisecond, after something was written: disks need some to flush. */
const FLUSH = 50;
/** Node's timers fire at once beyond this. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** How long a process that met others at the write lock steps back between its commits. Milliseconds. */
const YIELD_INTERVAL = 1;

if ((workerData as Partial<ThreadData> | null)?.gati === 'sqlite-queue' && parentPort)
  run(workerData as ThreadData, parentPort);

type Port = NonNullable<typeof parentPort>;

/** The one thread of a process that touches the file, so that a flush to the disk stops no request. */
function run({ path, from }: ThreadData, port: Port): void {
  const tell = (message: FromThread): void => port.postMessage(message);
  // Some versions of Node warn that their SQLite is new.
  process.removeAllListeners('warning');
  let db: Native;
  try {
    db = openNative(path, from);
    prepareFile(db);
  } catch (error) {
    tell({ failed: toFailure(error) });
    port.close();
    return;
  }
  const store = createStore(db, CLOCK);
  const dataVersion = db.prepare('PRAGMA data_version');
  const version = (): unknown => (dataVersion.all()[0] as Row).data_version;
  const pending: Call[] = [];
  let seen = version();
  let subscribed = false;
  let timer: NodeJS.Timeout | undefined;
  let look: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  let again: NodeJS.Timeout | undefined;
  let looks = 0;
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
      const { answers, contended } = commit(db, store, pending.splice(0, LARGEST_COMMIT));
      tell({ answers });
      arm();
      if (contended) return later(YIELD_INTERVAL);
    }
    if (pending.length > 0) return later(0);
    if (closing) close();
  };

  /** Gathers what comes meanwhile. */
  const later = (milliseconds: number): void => {
    if (scheduled) return;
    scheduled = true;
    if (milliseconds > 0) setTimeout(work, milliseconds);
    else setImmediate(work);
  };

  /** One timer, for whatever this queue has due next. */
  const arm = (): void => {
    clearTimeout(timer);
    const at = subscribed ? store.nextDue() : undefined;
    if (at !== undefined)
      timer = setTimeout(due, Math.min(Math.max(1, at - Date.now()), LONGEST_TIMER));
  };

  const due = (): void => tell({ due: true });

  /** Whether another process changed the file. */
  const lookAround = (): boolean => {
    const now = version();
    if (now === seen) return false;
    seen = now;
    due();
    arm();
    return true;
  };

  /** What was written counts once it is on the disk, of which no event tells: it is looked for until then. */
  const onWritten = (): void => {
    looks = FLUSH;
    again ??= setTimeout(lookAgain, 1);
  };
  const lookAgain = (): void => {
    again = undefined;
    if (!lookAround() && --looks > 0) again = setTimeout(lookAgain, 1);
  };

  const subscribe = (wanted: boolean): void => {
    if (wanted === subscribed) return;
    subscribed = wanted;
    clearInterval(look);
    clearTimeout(again);
    again = undefined;
    watcher?.close();
    if (wanted) {
      look = setInterval(lookAround, LOOK);
      watcher = watchLog(`${path}-wal`, onWritten);
    }
    arm();
  };

  const close = (): void => {
    subscribe(false);
    db.close();
    tell({ closed: true });
    port.close();
  };

  port.on('message', (message: ToThread) => {
    receive(message);
    if (!scheduled) work();
  });
  tell({ opened: true });
}

/** Every commit of another process writes there. */
function watchLog(file: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(file, { persistent: false }, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    // The interval is enough.
    return undefined;
  }
}
