import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import type { KeyStore } from './key-store.ts';

/** How long a key is remembered after its job ended. Milliseconds. */
const MEMORY = 24 * 60 * 60_000;
/** For so long who made a record may be about to send its job. Milliseconds. */
const GRACE = 10_000;
const LONGEST_PAUSE = 500;

interface Keyed {
  id: string;
  effect: string;
  idempotencyKey?: string;
}

interface KeyRecord {
  id: string;
  /** `open`: nobody knows whether its message was sent. */
  state: 'open' | 'sent' | 'done';
  /** Epoch milliseconds of this state. */
  at: number;
}

export interface Reserved {
  /** Of the job that the key stands for. */
  id: string;
  /** Whether its message is to be sent; then `sent` is called. */
  send: boolean;
  sent(): void;
}

/** Makes one job of each key, by a record that is there before its message and is `done` before that goes. */
export interface Keys {
  reserve(job: Keyed): Promise<Reserved>;
  /** Its end is recorded: what comes now is a copy. */
  isDone(job: Keyed): Promise<boolean>;
  done(job: Keyed): Promise<void>;
  /** Resolves when what was begun is stored. */
  close(): Promise<void>;
}

export function createKeys(store: KeyStore): Keys {
  const marking = new Set<Promise<unknown>>();
  const nameOf = ({ effect, idempotencyKey }: Keyed): string =>
    createHash('sha256').update(`${effect}\0${idempotencyKey}`).digest('hex');
  const toText = (id: string, state: KeyRecord['state']): string =>
    JSON.stringify({ id, state, at: Date.now() } satisfies KeyRecord);
  const parse = (text: string): KeyRecord => JSON.parse(text) as KeyRecord;

  const toReserved = (name: string, id: string, tag: string): Reserved => ({
    id,
    send: true,
    sent() {
      // The job is there either way; without this the next who asks sends it again, and one copy is dropped.
      const mark = store.replace(name, toText(id, 'sent'), tag).catch(() => undefined);
      marking.add(mark);
      void mark.then(() => marking.delete(mark));
    },
  });

  return {
    async reserve(job) {
      const name = nameOf(job);
      for (
        let pause = 10, until = Date.now() + 3 * GRACE;
        Date.now() < until;
        pause = Math.min(2 * pause, LONGEST_PAUSE)
      ) {
        const made = await store.create(name, toText(job.id, 'open'));
        if (made !== undefined) return toReserved(name, job.id, made);
        const found = await store.read(name);
        if (!found) continue;
        const { id, state, at } = parse(found.text);
        // It goes round until it is due, or an answer was lost.
        if (id === job.id) return toReserved(name, id, found.tag);
        if (state === 'done' && at + MEMORY < Date.now()) {
          if (await store.replace(name, toText(job.id, 'open'), found.tag)) continue;
        } else if (state !== 'open') return { id, send: false, sent: () => {} };
        // Who made it is gone: its job is sent in its place.
        else if (at + GRACE < Date.now()) return toReserved(name, id, found.tag);
        await sleep(pause);
      }
      throw new GatiError({
        code: 'GATI_EFFECTS_AWAY',
        message: `Other processes kept using the idempotency key of "${job.effect}", so the job was not enqueued.`,
        fix: 'Try again.',
      });
    },

    async isDone(job) {
      const found = await store.read(nameOf(job));
      if (!found) return false;
      const { id, state } = parse(found.text);
      return id === job.id && state === 'done';
    },

    async done(job) {
      const name = nameOf(job);
      for (;;) {
        const found = await store.read(name);
        if (!found) return;
        const { id, state } = parse(found.text);
        if (
          id !== job.id ||
          state === 'done' ||
          (await store.replace(name, toText(id, 'done'), found.tag))
        )
          return;
      }
    },

    async close() {
      await Promise.all(marking);
      await store.close();
    },
  };
}
