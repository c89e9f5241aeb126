import { type Enveloped, fromBody, toBody } from './envelope.ts';
import type { Message, MessageQueue } from './service.ts';

export interface RedriveOptions {
  dead(): Promise<MessageQueue>;
  queueOf(effect: string): Promise<MessageQueue>;
  onError(error: Error): void;
}

/** How long dead letters that are looked at are hidden from others, and how often that is renewed. Milliseconds. */
const LOOK = 60_000;
const RENEW = LOOK / 3;
/** A queue that is spread over many machines may say at first that it has nothing. Milliseconds. */
const WAIT = 1000;
/** What died later than this after the start, by the clock of the service, is left: it would have no end where workers fail without one. Milliseconds. */
const CLOCKS = 5000;
/** It ends when nothing but newcomers came for so long. Milliseconds. */
const LULL = 10_000;
const BATCH = 10;

export type Redrive = (matches: (job: Enveloped) => boolean, most?: number) => Promise<number>;

/** Looks through the dead letters and sends those that match again, once and from their first attempt; the others stay, and so does what dies meanwhile. */
export function createRedrive({ dead, queueOf, onError }: RedriveOptions): Redrive {
  return async (matches, most = Infinity) => {
    const queue = await dead();
    const last = Date.now() + CLOCKS;
    const seen = new Set<string>();
    let others: string[] = [];
    let sent = 0;

    const isNew = (job: Enveloped | undefined, { sentAt }: Message): job is Enveloped => {
      if (!job || sentAt > last || seen.has(job.id)) return false;
      seen.add(job.id);
      return true;
    };
    const send = async (letter: Enveloped, receipt: string): Promise<void> => {
      const { tries: _, error: __, due: ___, ...job } = letter;
      await (await queueOf(job.effect)).send({ body: toBody(job), delay: 0 });
      await queue.remove(receipt);
    };

    try {
      let renewed = performance.now();
      let found = renewed;
      while (sent < most && performance.now() < found + LULL) {
        const messages = await queue.receive(BATCH, LOOK, WAIT);
        if (messages.length === 0) break;
        const chosen: { job: Enveloped; receipt: string }[] = [];
        for (const message of messages) {
          const job = fromBody(message.body);
          const fresh = isNew(job, message);
          if (fresh) found = performance.now();
          if (fresh && sent + chosen.length < most && matches(job))
            chosen.push({ job, receipt: message.receipt });
          else others.push(message.receipt);
        }
        await Promise.all(chosen.map(({ job, receipt }) => send(job, receipt)));
        sent += chosen.length;
        if (performance.now() < renewed + RENEW) continue;
        // Past their time the ones that stay would come again.
        renewed = performance.now();
        others = (await Promise.all(others.map((receipt) => queue.hide(receipt, LOOK)))).filter(
          (receipt) => receipt !== undefined,
        );
      }
    } finally {
      await Promise.all(others.map((receipt) => queue.hide(receipt, 0))).catch(onError);
    }
    return sent;
  };
}
