import { randomUUID } from 'node:crypto';
import type { ClaimRequest, NewJob, QueueDriver } from '../../../ports.ts';
import type { QueueOpener } from '../queue-opener.ts';
import { unavailableError } from '../shared/unavailable.ts';
import { createBatch } from '../shared/batch.ts';
import { toPausedEffect } from '../shared/pauses.ts';
import { createOutageReporter } from '../shared/outage.ts';
import { createReadySignal } from '../shared/ready-signal.ts';
import { parseAddress, noDatabaseError } from './address.ts';
import { BATCH_BYTES, BATCH_ITEMS, ITEM_BYTES } from './batch-size.ts';
import { connect } from './connection.ts';
import { isAuthError, isNoDatabase, isOutage } from './errors.ts';
import { createLeaseCalls } from './leases.ts';
import { createJobLists } from './list-jobs.ts';
import { type Claimed, toArguments, toLease } from './rows.ts';

/** Longest time without a claim, in case a message was lost. Milliseconds. */
const LONGEST_SILENCE = 5000;
/**
 * Longest time without a claim for effects with a limit. Milliseconds. Another process may have
 * made room without a message.
 */
const LONGEST_LIMITED_SILENCE = 1000;
const CHECK_SERVER =
  'Check that GATI_EFFECTS names a running Redis server, with its user and password.';
const CORRECT_CREDENTIALS =
  'Correct the user and password in GATI_EFFECTS, percent-encoded: redis://user:password@host:6379/0.';

/**
 * Opens a queue in Redis 6 or later, or in Valkey:
 * `redis://user:password@host:6379/0?prefix=gati`; `rediss://` uses TLS.
 */
export const open: QueueOpener = async (url, settings) => {
  const { address, prefix } = parseAddress(url);
  const outage = createOutageReporter(settings, (cause) =>
    unavailableError('The queue in Redis does not respond', CHECK_SERVER, cause),
  );
  const connection = await connect(address, prefix, outage).catch((cause: unknown) => {
    throw isNoDatabase(cause)
      ? noDatabaseError('The Redis server in GATI_EFFECTS does not have this database', cause)
      : unavailableError(
          "The queue in Redis can't be opened",
          isAuthError(cause) ? CORRECT_CREDENTIALS : CHECK_SERVER,
          cause,
        );
  });
  const ready = createReadySignal();
  /** Sent with each ready message: this process ignores its own. */
  const processId = randomUUID();
  let subscribed = false;

  const enqueues = createBatch<NewJob[], string[]>({
    limit: BATCH_BYTES,
    weigh: (jobs) => jobs.reduce((sum, { payload }) => sum + payload.length + ITEM_BYTES, 0),
    isOutage,
    async send(groups) {
      // The claim is sent in the same write, so that a job that this process runs needs one round
      // trip.
      const ids = await connection.run<string[]>(
        'enqueue',
        [processId, ...groups.flat().flatMap(toArguments)],
        ready.fire,
      );
      let start = 0;
      return groups.map((group) => ids.slice(start, (start += group.length)));
    },
  });
  const { idle: leaseCallsIdle, ...leaseCalls } = createLeaseCalls(connection);

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
      const wanted = requests.filter(({ count }) => count > 0);
      if (wanted.length === 0) return [];
      const args = wanted.flatMap((request) => [
        request.effect,
        Math.min(request.count, BATCH_ITEMS),
        limitOf(request),
      ]);
      // If the response is lost, the claimed jobs come back when their leases expire.
      const [nextDue, claimed, damaged] = await connection.run<[number, Claimed[], string[]]>(
        'claim',
        [Math.round(lease), ...args],
      );
      for (const id of damaged)
        settings.onError(new Error(`The job ${id} is damaged in the queue and was set aside.`));
      const silence = wanted.some((request) => limitOf(request) > 0)
        ? LONGEST_LIMITED_SILENCE
        : LONGEST_SILENCE;
      if (ready.listening)
        ready.fireWithin(Math.min(nextDue < 0 ? Infinity : nextDue + 1, silence));
      return claimed.map(toLease);
    },

    ...leaseCalls,
    redrive: async (ids) => (ids.length === 0 ? 0 : connection.run<number>('redrive', ids)),
    cancel: async (ids) => (ids.length === 0 ? 0 : connection.run<number>('cancel', ids)),
    ...createJobLists(connection, prefix),

    async paused() {
      const [flat = []] = await connection.pipeline<string[]>([['HGETALL', `${prefix}paused`]]);
      return flat.flatMap((effect, index) =>
        index % 2 === 0 ? [toPausedEffect(effect, flat[index + 1]!)] : [],
      );
    },

    async setPaused(effect, pause) {
      const key = `${prefix}paused`;
      await connection.pipeline([
        pause === undefined ? ['HDEL', key, effect] : ['HSET', key, effect, JSON.stringify(pause)],
      ]);
    },

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
      const stop = ready.listen(callback);
      if (!subscribed)
        connection.subscribe(`${prefix}ready`, (from) => from !== processId && ready.fire());
      subscribed = true;
      ready.fireWithin(1);
      return stop;
    },

    async close() {
      ready.close();
      await Promise.all([enqueues.idle(), leaseCallsIdle()]);
      await connection.close();
    },
  };
  return driver;
};

/** Maximum number of active jobs of the effect; 0: no limit. */
const limitOf = ({ limit, exclusive }: ClaimRequest): number =>
  exclusive ? 1 : Number.isFinite(limit) ? limit! : 0;
