import { type Enveloped, fromBody, toBody } from './envelope.ts';
import type { MessageQueue } from './service.ts';

export interface RedriveOptions {
  dead(): Promise<MessageQueue>;
  queueOf(effect: string): Promise<MessageQueue>;
  onError(error: Error): void;
}

/** How long dead letters that are looked at are hidden from others. Milliseconds. */
const LOOK = 60_000;
/** A queue that is spread over many machines may say at first that it has nothing. Milliseconds. */
const WAIT = 1000;
const BATCH = 10;

export type Redrive = (matches: (job: Enveloped) => boolean, most?: number) => Promise<number>;

/** Looks through the dead letters and sends those that match again, from their first attempt; the others stay. */
export function createRedrive({ dead, queueOf, onError }: RedriveOptions): Redrive {
  return async (matches, most = Infinity) => {
    const queue = await dead();
    const looked = performance.now();
    const others: string[] = [];
    let sent = 0;
    try {
      // Past their time the ones that stay would come again.
      while (sent < most && (others.length === 0 || performance.now() < looked + LOOK / 2)) {
        const messages = await queue.receive(BATCH, LOOK, WAIT);
        if (messages.length === 0) break;
        for (const { body, receipt } of messages) {
          const job = fromBody(body);
          if (job && sent < most && matches(job)) {
            const { tries: _, error: __, due: ___, ...again } = job;
            await (await queueOf(job.effect)).send({ body: toBody(again), delay: 0 });
            await queue.remove(receipt);
            sent++;
          } else others.push(receipt);
        }
      }
    } finally {
      await Promise.all(others.map((receipt) => queue.hold(receipt, 0))).catch(onError);
    }
    return sent;
  };
}
