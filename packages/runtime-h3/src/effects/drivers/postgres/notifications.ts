import { createReadySignal, type ReadySignal } from '../shared/ready-signal.ts';
import type { Connection, Queryable } from './connection.ts';
import type { Statements } from './statements.ts';

/** Signals new jobs to this process and to the other processes that use the schema. */
export interface Notifications {
  /** Signal of this process alone. */
  ready: ReadySignal;
  /** Signals new jobs to this process directly, and to the others through the server. */
  announce(): void;
  /** Signals new jobs to all processes, also to this one, when the transaction commits. */
  announceIn(transaction: Queryable): Promise<unknown>;
  /** Calls back when a job may have become due. Returns a function that removes the listener. */
  listen(callback: () => void): () => void;
  close(): Promise<void>;
}

/** @param onError called when the server does not take a notification */
export function createNotifications(
  connection: Connection,
  sql: Statements,
  schema: string,
  onError: (error: Error) => void,
): Notifications {
  const ready = createReadySignal();
  const channel = `${schema}.jobs`;
  /** Payload of this process's own notifications, which it ignores. */
  const processId = `${process.pid}.${Math.random().toString(36).slice(2)}`;
  const notifyOthers = createNotifier(() =>
    connection.query(sql.notify, [channel, processId]).catch(onError),
  );
  let unsubscribe: (() => Promise<void>) | undefined;

  return {
    ready,
    announce() {
      ready.fire();
      notifyOthers();
    },
    announceIn: (transaction) => transaction.query(sql.notify, [channel, 'tx']),
    listen(callback) {
      const stop = ready.listen(callback);
      unsubscribe ??= connection.subscribe(channel, (from) => {
        if (from !== processId) ready.fire();
      });
      ready.fireWithin(1);
      return stop;
    },
    async close() {
      ready.close();
      await unsubscribe?.();
    },
  };
}

/** Returns a function that calls `notify` once for all calls during a notification. */
function createNotifier(notify: () => Promise<unknown>): () => void {
  let notifying = false;
  let again = false;
  const run = async (): Promise<void> => {
    while (again) {
      again = false;
      await notify();
    }
    notifying = false;
  };
  return () => {
    again = true;
    if (notifying) return;
    notifying = true;
    void run();
  };
}
