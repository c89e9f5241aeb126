import { type Enveloped, fromBody, toBody } from './envelope.ts';
import type { Message, MessageQueue } from './service.ts';

export interface RedriveOptions {
  deadLetters(): Promise<MessageQueue>;
  queueOf(effect: string): Promise<MessageQueue>;
  onError(error: Error): void;
}

/** Milliseconds for which dead letters that were read are hidden from other receivers. */
const HIDE_TIME = 60_000;
/** Milliseconds between two renewals of that time. */
const RENEW_INTERVAL = HIDE_TIME / 3;
/**
 * Milliseconds that a call waits for messages. A service with many machines may not find all of
 * them at first.
 */
const RECEIVE_WAIT = 1000;
/**
 * Milliseconds by which the clock of the service may differ. Jobs that died later than this after
 * the start of the redrive stay dead. Otherwise a redrive would not end while workers keep failing.
 */
const CLOCK_SKEW = 5000;
/** Milliseconds without another older dead letter after which the redrive ends. */
const QUIET_TIME = 10_000;
const BATCH = 10;

/** Resolves to the number of jobs that were sent again; at most `limit`. */
export type Redrive = (matches: (job: Enveloped) => boolean, limit?: number) => Promise<number>;

/**
 * Creates `redrive`, which reads the dead letters and sends those that match again, once and from
 * their first attempt. The others stay, and so do jobs that become dead letters during the call.
 */
export function createRedrive({ deadLetters, queueOf, onError }: RedriveOptions): Redrive {
  return async (matches, limit = Infinity) => {
    const queue = await deadLetters();
    const newest = Date.now() + CLOCK_SKEW;
    const seen = new Set<string>();
    /** Receipts of the dead letters that stay. */
    let staying: string[] = [];
    let sent = 0;

    const isNew = (job: Enveloped | undefined, { sentAt }: Message): job is Enveloped => {
      if (!job || sentAt > newest || seen.has(job.id)) return false;
      seen.add(job.id);
      return true;
    };
    const send = async (letter: Enveloped, receipt: string): Promise<void> => {
      const { tries: _, error: __, due: ___, ...job } = letter;
      await (await queueOf(job.effect)).send({ body: toBody(job), delay: 0 });
      await queue.remove(receipt);
    };

    try {
      let renewedAt = performance.now();
      let foundAt = renewedAt;
      while (sent < limit && performance.now() < foundAt + QUIET_TIME) {
        const messages = await queue.receive(BATCH, HIDE_TIME, RECEIVE_WAIT);
        if (messages.length === 0) break;
        const chosen: { job: Enveloped; receipt: string }[] = [];
        for (const message of messages) {
          const job = fromBody(message.body);
          const fresh = isNew(job, message);
          if (fresh) foundAt = performance.now();
          if (fresh && sent + chosen.length < limit && matches(job))
            chosen.push({ job, receipt: message.receipt });
          else staying.push(message.receipt);
        }
        await Promise.all(chosen.map(({ job, receipt }) => send(job, receipt)));
        sent += chosen.length;
        if (performance.now() < renewedAt + RENEW_INTERVAL) continue;
        // Without another `hide`, the dead letters that stay would be received again after
        // `HIDE_TIME`.
        renewedAt = performance.now();
        staying = (
          await Promise.all(staying.map((receipt) => queue.hide(receipt, HIDE_TIME)))
        ).filter((receipt) => receipt !== undefined);
      }
    } finally {
      await Promise.all(staying.map((receipt) => queue.hide(receipt, 0))).catch(onError);
    }
    return sent;
  };
}
