import { setTimeout as sleep } from 'node:timers/promises';
import { getOrCreate } from '../../../collections/get-or-create.ts';
import type { Message, MessageQueue, ServiceLimits } from './service.ts';

export interface ReceiverOptions {
  limits: ServiceLimits;
  open(effect: string): Promise<MessageQueue>;
  onError(error: Error): void;
}

export interface Received {
  message: Message;
  queue: MessageQueue;
}

/** Receives messages, never more than there is room for. */
export interface Receiver {
  /**
   * Takes at most `count` messages of an effect, each hidden from others for `lease` milliseconds.
   */
  take(effect: string, count: number, lease: number): Promise<Received[]>;
  /** Resolves when a message comes, or after a short time. Absent: `take` calls the service. */
  arrival?(): Promise<void>;
  /**
   * Waits for messages until all listeners are removed. Returns a function that removes this one.
   */
  listen(callback: () => void): () => void;
  /** Returns received messages that no worker has taken, so that other receivers can get them. */
  close(): Promise<void>;
}

/** Milliseconds after a call that failed. */
const ERROR_PAUSE = 1000;
/**
 * Milliseconds that a claim waits for a message that may be on its way: the duration of a call to a
 * service nearby.
 */
const ARRIVAL_WAIT = 30;

/** Creates a receiver for services whose calls can't wait: each `take` is a call. */
export function createPollingReceiver({ limits, open }: ReceiverOptions): Receiver {
  return {
    async take(effect, count, lease) {
      const queue = await open(effect);
      const received: Received[] = [];
      while (received.length < count) {
        const wanted = Math.min(limits.maxBatch, count - received.length);
        const messages = await queue.receive(wanted, lease, 0);
        received.push(...messages.map((message) => ({ message, queue })));
        if (messages.length < wanted) break;
      }
      return received;
    },
    listen: () => () => {},
    async close() {},
  };
}

/** The messages of one effect. */
interface Lane {
  received: Message[];
  /** Number of further messages that there was room for at the last `take`. */
  room: number;
  lease: number;
  polling?: Promise<void>;
}

/**
 * Creates a receiver for services whose calls can wait. One call per effect waits for as many
 * messages as there is room for, and `take` never waits.
 */
export function createWaitingReceiver({ limits, open, onError }: ReceiverOptions): Receiver {
  const lanes = new Map<string, Lane>();
  const listeners = new Set<() => void>();
  /** Calls of `arrival` that wait. */
  const arrivals = new Set<() => void>();
  let stopping = new AbortController();
  let closed = false;

  const poll = async (effect: string, lane: Lane, { signal }: AbortController): Promise<void> => {
    for (
      let isQuiet = false;
      !signal.aborted && lane.room > lane.received.length && !(isQuiet && listeners.size === 0);
    ) {
      try {
        const queue = await open(effect);
        const count = Math.min(limits.maxBatch, lane.room - lane.received.length);
        const wait = lane.received.length > 0 ? 0 : limits.maxWait!;
        const messages = await queue.receive(count, lane.lease, wait, signal);
        lane.received.push(...messages);
        isQuiet = messages.length === 0;
        if (isQuiet && lane.received.length > 0) break;
        if (isQuiet) continue;
        for (const resolve of arrivals) resolve();
        for (const listener of listeners) listener();
      } catch (error) {
        if (signal.aborted) break;
        onError(error as Error);
        isQuiet = true;
        await sleep(ERROR_PAUSE, undefined, { ref: false });
      }
    }
  };

  const startPolling = (effect: string, lane: Lane): void => {
    if (closed || lane.polling || lane.room <= lane.received.length) return;
    const controller = stopping;
    lane.polling = poll(effect, lane, controller).finally(async () => {
      delete lane.polling;
      if (!controller.signal.aborted) return;
      await giveBack(effect, lane);
      if (listeners.size > 0) startPolling(effect, lane);
    });
  };

  /** Other processes then need not wait for the leases of messages that were not taken. */
  const giveBack = async (effect: string, lane: Lane): Promise<void> => {
    const messages = lane.received.splice(0);
    if (messages.length === 0) return;
    const queue = await open(effect);
    await Promise.all(messages.map(({ receipt }) => queue.hide(receipt, 0).catch(() => undefined)));
  };

  const stop = async (): Promise<void> => {
    stopping.abort();
    stopping = new AbortController();
    await Promise.all([...lanes].map(([effect, lane]) => lane.polling ?? giveBack(effect, lane)));
  };

  return {
    async take(effect, count, lease) {
      const lane = getOrCreate(lanes, effect, (): Lane => ({ received: [], room: 0, lease }));
      lane.lease = lease;
      const messages = lane.received.splice(0, count);
      lane.room = count - messages.length;
      startPolling(effect, lane);
      if (messages.length === 0) return [];
      const queue = await open(effect);
      const extended = await Promise.all(
        messages.map((message) => extendToFullLease(message, queue, lease)),
      );
      return extended
        .filter((message) => message !== undefined)
        .map((message) => ({ message, queue }));
    },
    arrival: () =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          arrivals.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ARRIVAL_WAIT);
        arrivals.add(end);
      }),
    listen(callback) {
      listeners.add(callback);
      return () => {
        listeners.delete(callback);
        if (listeners.size === 0) void stop();
      };
    },
    async close() {
      closed = true;
      listeners.clear();
      await stop();
    },
  };
}

/** Gives a message a full lease. Resolves to `undefined` if it waited here too long and is lost. */
async function extendToFullLease(
  message: Message,
  queue: MessageQueue,
  lease: number,
): Promise<Message | undefined> {
  const now = performance.now();
  if (message.until - now >= lease) return message;
  if (message.until <= now) return undefined;
  const receipt = await queue.hide(message.receipt, lease).catch(() => undefined);
  return receipt === undefined ? undefined : { ...message, receipt, until: now + lease };
}
