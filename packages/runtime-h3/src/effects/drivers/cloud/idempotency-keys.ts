import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import { number, object, oneOf, parseDocument, string } from '@gati/contract/data';
import { type KeyStore, MOST_KEY_BYTES } from './key-store.ts';

/** Milliseconds for which a key is stored after its job ended. */
const KEY_MEMORY = 24 * 60 * 60_000;
/** Milliseconds that the process that created a key may take to send its job. */
const SEND_GRACE = 10_000;
/** Milliseconds for which a call tries again while other processes change the same key. */
const CONFLICT_TIMEOUT = 3 * SEND_GRACE;
/** Milliseconds between these tries. Stores allow about one write a second to an object. */
const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 500;

interface KeyedJob {
  id: string;
  effect: string;
  idempotencyKey?: string;
}

/** Stored entry of one key. */
interface KeyEntry {
  /** Id of the key's job. */
  id: string;
  /** `open`: the message may or may not have been sent. */
  state: 'open' | 'sent' | 'done';
  /** Epoch milliseconds at which the state was stored. */
  at: number;
}

export interface Reservation {
  /** Id of the key's job. */
  id: string;
  /** `true`: the caller must send the message and then call `sent`. */
  send: boolean;
  sent(): void;
}

/**
 * Makes sure that each key has only one job. The store has an entry before the message of the job
 * exists. The entry is `done` before the message is removed.
 */
export interface IdempotencyKeys {
  /**
   * Resolves to the key's job, and whether the caller sends its message.
   *
   * @throws {GatiError} GATI_EFFECTS_AWAY when other processes keep changing the key
   */
  reserve(job: KeyedJob): Promise<Reservation>;
  /** Resolves to `true` if the job has ended: a message that comes now is a copy. */
  isDone(job: KeyedJob): Promise<boolean>;
  /**
   * Stores that the job has ended.
   *
   * @throws {GatiError} GATI_EFFECTS_AWAY when other processes keep changing the key
   */
  done(job: KeyedJob): Promise<void>;
  /** Resolves when all started writes are stored. */
  close(): Promise<void>;
}

export function createIdempotencyKeys(store: KeyStore): IdempotencyKeys {
  /** Writes that no caller waits for. */
  const writing = new Set<Promise<unknown>>();

  const toReservation = (name: string, id: string, tag: string): Reservation => ({
    id,
    send: true,
    sent() {
      // The job exists either way. If this write fails, the next `enqueue` sends a copy, which is
      // dropped.
      const write = store.replace(name, toText(id, 'sent'), tag).catch(() => undefined);
      writing.add(write);
      void write.then(() => writing.delete(write));
    },
  });

  return {
    async reserve(job) {
      const name = nameOf(job);
      for await (const _ of conflictTries()) {
        const created = await store.create(name, toText(job.id, 'open'));
        if (created !== undefined) return toReservation(name, job.id, created);
        const found = await store.read(name);
        if (!found) continue;
        const entry = parse(found.text);
        if (!entry) {
          // A damaged entry is replaced: a job that may run twice is better than none.
          await store.replace(name, toText(job.id, 'open'), found.tag);
          continue;
        }
        const { id, state, at } = entry;
        // The entry belongs to this job. Either its message is delivered again until the job is
        // due, or a response of the store was lost.
        if (id === job.id) return toReservation(name, id, found.tag);
        if (state === 'done' && at + KEY_MEMORY < Date.now())
          await store.replace(name, toText(job.id, 'open'), found.tag);
        else if (state !== 'open') return { id, send: false, sent: () => {} };
        // The process that created the entry has died, so this job is sent instead.
        else if (at + SEND_GRACE < Date.now()) return toReservation(name, id, found.tag);
      }
      throw keyConflictError(job.effect, 'the job was not enqueued');
    },

    async isDone(job) {
      const found = await store.read(nameOf(job));
      if (!found) return false;
      const entry = parse(found.text);
      return entry?.id === job.id && entry.state === 'done';
    },

    async done(job) {
      const name = nameOf(job);
      for await (const _ of conflictTries()) {
        const found = await store.read(name);
        if (!found) return;
        const entry = parse(found.text);
        const isOpen = entry === undefined || (entry.id === job.id && entry.state !== 'done');
        if (!isOpen || (await store.replace(name, toText(job.id, 'done'), found.tag))) return;
      }
      throw keyConflictError(job.effect, 'the end of its job was not stored');
    },

    async close() {
      await Promise.all(writing);
      await store.close();
    },
  };
}

/** Yields at each try until `CONFLICT_TIMEOUT`, with growing pauses in between. */
async function* conflictTries(): AsyncGenerator<void> {
  const until = Date.now() + CONFLICT_TIMEOUT;
  for (let pause = FIRST_PAUSE; Date.now() < until; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    yield;
    await sleep(pause);
  }
}

const nameOf = ({ effect, idempotencyKey }: KeyedJob): string =>
  createHash('sha256').update(`${effect}\0${idempotencyKey}`).digest('hex');
const toText = (id: string, state: KeyEntry['state']): string =>
  JSON.stringify({ id, state, at: Date.now() } satisfies KeyEntry);

const entryCheck = object({ id: string, state: oneOf('open', 'sent', 'done'), at: number });

/** Returns `undefined` for an entry that is damaged. */
function parse(text: string): KeyEntry | undefined {
  const parsed = parseDocument<KeyEntry>(text, entryCheck, MOST_KEY_BYTES);
  return 'value' in parsed ? parsed.value : undefined;
}

function keyConflictError(effect: string, consequence: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECTS_AWAY',
    message: `Other processes kept using the idempotency key of "${effect}", so ${consequence}.`,
    fix: 'Try again.',
  });
}
