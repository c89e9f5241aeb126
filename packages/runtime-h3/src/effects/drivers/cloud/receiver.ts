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

/** Brings messages in, for as many as there is room and no more. */
export interface Receiver {
  take(effect: string, count: number, lease: number): Promise<Received[]>;
  /** Resolves when something came for one of them, and after a moment at the latest. Absent: `take` has asked the service. */
  arrival?(): Promise<void>;
  /** Waits for messages as long as someone listens. */
  listen(callback: () => void): () => void;
  /** Gives back what nobody took. */
  close(): Promise<void>;
}

/** Pause after a call that failed. Milliseconds. */
const PAUSE = 1000;
/** How long a claim waits for what may be on its way: a call to a service nearby. Milliseconds. */
const MOMENT = 30;

/** For services whose calls can't wait: each `take` is a call. */
export function createPollingReceiver({ limits, open }: ReceiverOptions): Receiver {
  return {
    async take(effect, count, lease) {
      const queue = await open(effect);
      const taken: Received[] = [];
      while (taken.length < count) {
        const wanted = Math.min(limits.maxBatch, count - taken.length);
        const messages = await queue.receive(wanted, lease, 0);
        taken.push(...messages.map((message) => ({ message, queue })));
        if (messages.length < wanted) break;
      }
      return taken;
    },
    listen: () => () => {},
    async close() {},
  };
}

interface Lane {
  ready: Message[];
  /** How many more there was room for when it was last asked. */
  room: number;
  lease: number;
  polling?: Promise<void>;
}

/** For services whose calls wait: one call an effect waits for as many messages as there is room for, and `take` never waits. */
export function createWaitingReceiver({ limits, open, onError }: ReceiverOptions): Receiver {
  const lanes = new Map<string, Lane>();
  const listeners = new Set<() => void>();
  const arrivals = new Set<() => void>();
  let stopping = new AbortController();
  let closed = false;

  const poll = async (effect: string, lane: Lane, { signal }: AbortController): Promise<void> => {
    for (
      let quiet = false;
      !signal.aborted && lane.room > lane.ready.length && !(quiet && listeners.size === 0);
    ) {
      try {
        const queue = await open(effect);
        const count = Math.min(limits.maxBatch, lane.room - lane.ready.length);
        const messages = await queue.receive(
          count,
          lane.lease,
          lane.ready.length > 0 ? 0 : limits.maxWait!,
          signal,
        );
        lane.ready.push(...messages);
        quiet = messages.length === 0;
        if (quiet && lane.ready.length > 0) break;
        if (quiet) continue;
        for (const arrived of arrivals) arrived();
        for (const listener of listeners) listener();
      } catch (error) {
        if (signal.aborted) break;
        onError(error as Error);
        quiet = true;
        await new Promise((resolve) => setTimeout(resolve, PAUSE).unref());
      }
    }
  };

  const begin = (effect: string, lane: Lane): void => {
    if (closed || lane.polling || lane.room <= lane.ready.length) return;
    const by = stopping;
    lane.polling = poll(effect, lane, by).finally(async () => {
      delete lane.polling;
      if (!by.signal.aborted) return;
      await giveBack(effect, lane);
      if (listeners.size > 0) begin(effect, lane);
    });
  };

  /** Others need not wait for the lease of what was never begun. */
  const giveBack = async (effect: string, lane: Lane): Promise<void> => {
    const messages = lane.ready.splice(0);
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
      const lane = getOrCreate(lanes, effect, (): Lane => ({ ready: [], room: 0, lease }));
      lane.lease = lease;
      const messages = lane.ready.splice(0, count);
      lane.room = count - messages.length;
      begin(effect, lane);
      if (messages.length === 0) return [];
      const queue = await open(effect);
      const whole = await Promise.all(
        messages.map((message) => extendToWholeLease(message, queue, lease)),
      );
      return whole
        .filter((message) => message !== undefined)
        .map((message) => ({ message, queue }));
    },
    arrival: () =>
      new Promise((resolve) => {
        const arrived = (): void => {
          clearTimeout(timer);
          arrivals.delete(arrived);
          resolve();
        };
        const timer = setTimeout(arrived, MOMENT);
        arrivals.add(arrived);
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

/** With a whole lease before it. `undefined`: it waited here for too long and is somebody else's by now. */
async function extendToWholeLease(
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
