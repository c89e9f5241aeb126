import { randomUUID } from 'node:crypto';
import type { Lease, NewJob, QueueDriver } from '../../../ports.ts';
import type { QueueOpener } from '../queue-opener.ts';
import { unavailableError } from '../shared/unavailable.ts';
import { type Batch, createBatch } from '../shared/batch.ts';
import { createOutageReporter } from '../shared/outage.ts';
import { createReadySignal } from '../shared/ready-signal.ts';
import { parseAddress, noDatabaseError } from './address.ts';
import { connect, isNoDatabase, isOutage, isRefusal } from './connection.ts';
import { createJobLists, toHash } from './list-jobs.ts';
import type { ScriptName } from './scripts.ts';

/** Safety nets: a lost message; a place that came free in another process. */
const LONGEST_SILENCE = 5000;
const LIMITED_SILENCE = 1000;
const CHECK = 'Check that GATI_EFFECTS names a Redis that runs, with its user and password.';
const CREDENTIALS =
  'Correct the user and password in GATI_EFFECTS, percent-encoded: redis://user:password@host:6379/0.';
const BATCH_BYTES = 2_000_000;
const BATCH_ITEMS = 500;
const ITEM_BYTES = BATCH_BYTES / BATCH_ITEMS;

type Claimed = [
  id: string,
  effect: string,
  payload: string,
  attempt: number,
  priority: string,
  enqueuedAt: string,
  key: string,
  release: string,
  fence: number,
  steps: string[],
];

/** Jobs in Redis 6 or later, or Valkey: `redis://user:password@host:6379/0?prefix=gati`, `rediss://` with TLS. */
export const open: QueueOpener = async (url, settings) => {
  const { address, prefix } = parseAddress(url);
  const outage = createOutageReporter(settings, (cause) =>
    unavailableError('The queue in Redis does not respond', CHECK, cause),
  );
  const connection = await connect(address, prefix, outage).catch((cause: unknown) => {
    if (isNoDatabase(cause))
      throw noDatabaseError('The Redis of GATI_EFFECTS does not have this database', cause);
    throw unavailableError(
      "The queue in Redis can't be opened",
      isRefusal(cause) ? CREDENTIALS : CHECK,
      cause,
    );
  });
  const wake = createReadySignal();
  /** Sent with each call for workers: this process has called its own already. */
  const self = randomUUID();
  let subscribed = false;

  const enqueues = createBatch<NewJob[], string[]>({
    limit: BATCH_BYTES,
    weigh: (jobs) => jobs.reduce((sum, { payload }) => sum + payload.length + ITEM_BYTES, 0),
    isOutage,
    async send(groups) {
      // The claim goes out right behind, so that a job which this process runs costs one round trip and not two.
      const ids = await connection.run<string[]>(
        'enqueue',
        [self, ...groups.flat().flatMap(toArguments)],
        wake.fire,
      );
      let at = 0;
      return groups.map((group) => ids.slice(at, (at += group.length)));
    },
  });

  /** Five arguments each, of which the first two are the lease's. */
  const byHolders = (script: ScriptName): Batch<(string | number)[], boolean> =>
    createBatch({
      limit: BATCH_BYTES,
      weigh: (args) => ITEM_BYTES + String(args.at(-1)).length,
      isOutage,
      send: async (items) =>
        (await connection.run<number[]>(script, items.flat())).map((held) => held === 1),
    });
  const settles = byHolders('settle');
  const notes = byHolders('note');

  const driver: QueueDriver = {
    caps: { durable: true, shared: true, maxDelay: Infinity, keyMemory: Infinity, ordered: true },

    async enqueue(jobs) {
      if (jobs.length === 0) return [];
      try {
        return await enqueues.add(jobs);
      } catch (cause) {
        if (!isOutage(cause)) throw cause;
        throw unavailableError(
          'The queue in Redis does not respond, and the job was not enqueued',
          'Try again when the server is back.',
          cause,
        );
      }
    },

    async claim(requests, lease) {
      const asked = requests.filter(({ count }) => count > 0);
      if (asked.length === 0) return [];
      const toLimit = ({ limit, exclusive }: (typeof asked)[number]): number =>
        exclusive ? 1 : Number.isFinite(limit) ? limit! : 0;
      const args = asked.flatMap((request) => [
        request.effect,
        Math.min(request.count, BATCH_ITEMS),
        toLimit(request),
      ]);
      // A claim whose answer is lost comes back when its lease runs out.
      const [due, claimed] = await connection.run<[number, Claimed[]]>('claim', [
        Math.round(lease),
        ...args,
      ]);
      const silence = asked.some((request) => toLimit(request) > 0)
        ? LIMITED_SILENCE
        : LONGEST_SILENCE;
      if (wake.listening) wake.fireWithin(Math.min(due < 0 ? Infinity : due + 1, silence));
      return claimed.map(toLease);
    },

    extend: ({ job, token }, milliseconds) =>
      notes.add([job.id, token, 'extend', Math.round(milliseconds), '']),
    saveProgress: ({ job, token }, progress) =>
      notes.add([job.id, token, 'progress', progress, '']),
    saveStep: ({ job, token }, name, result) => notes.add([job.id, token, 'step', name, result]),
    ack: ({ job, token }, result = '') => settles.add([job.id, token, 'completed', 0, result]),
    dead: ({ job, token }, reason) => settles.add([job.id, token, 'dead', 0, reason]),
    retry: ({ job, token }, runAt, error) =>
      settles.add([
        job.id,
        token,
        runAt > Date.now() ? 'delayed' : 'waiting',
        toMilliseconds(runAt),
        error,
      ]),

    redrive: async (ids) => (ids.length === 0 ? 0 : connection.run<number>('redrive', ids)),
    cancel: async (ids) => (ids.length === 0 ? 0 : connection.run<number>('cancel', ids)),
    ...createJobLists(connection, prefix),

    async due() {
      const flat = await connection.run<string[]>('due', []);
      return flat.flatMap((effect, index) =>
        index % 2 === 0 ? [{ effect, release: flat[index + 1]! }] : [],
      );
    },

    async stats() {
      const [waiting, delayed, active, dead] = await connection.run<
        [number, number, number, number]
      >('stats', []);
      return { waiting, delayed, active, dead };
    },

    onReady(callback) {
      const stop = wake.listen(callback);
      if (!subscribed)
        connection.subscribe(`${prefix}ready`, (from) => from !== self && wake.fire());
      subscribed = true;
      wake.fireWithin(1);
      return stop;
    },

    async close() {
      wake.close();
      await Promise.all([enqueues.idle(), settles.idle(), notes.idle()]);
      await connection.close();
    },
  };
  return driver;
};

function toArguments({
  id,
  effect,
  payload,
  priority,
  runAt,
  idempotencyKey,
  release,
}: NewJob): (string | number)[] {
  // By the clock of whoever enqueues: a job for now must not wait because the server's clock is behind.
  const delayed = runAt > Date.now() ? 1 : 0;
  // The letter tells an empty key from none.
  const key = idempotencyKey === undefined ? '' : `k${idempotencyKey}`;
  return [id, effect, payload, Math.trunc(priority), toMilliseconds(runAt), delayed, key, release];
}

const toMilliseconds = (time: number): number =>
  Math.min(Math.round(time), Number.MAX_SAFE_INTEGER);

function toLease([
  id,
  effect,
  payload,
  attempt,
  priority,
  enqueuedAt,
  key,
  release,
  fence,
  steps,
]: Claimed): Lease {
  return {
    token: String(fence),
    job: {
      id,
      effect,
      payload,
      attempt,
      priority: Number(priority),
      enqueuedAt: Number(enqueuedAt),
      release,
      ...(key !== '' && { idempotencyKey: key.slice(1) }),
      ...(steps.length > 0 && { steps: toHash(steps) as Record<string, string> }),
    },
  };
}
