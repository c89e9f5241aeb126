import { randomUUID } from 'node:crypto';
import {
  type QueueDriver,
  redriveInStages,
  type StagedRedriveOptions,
} from '@gati/runtime-h3/effects/inspect';
import { PanelError } from '../../http/problem.ts';
import type { Redrive } from '../../api/effects.ts';

/** Maximum number of redrives in the list. */
const MAX_LISTED = 20;
/** Maximum number of running redrives, so that each one stays in the list and can be stopped. */
const MAX_RUNNING = 5;
/** Maximum milliseconds of a redrive whose jobs do not end. */
const LONGEST = 3_600_000;

/** The redrives in stages that this panel started. They end with its process. */
export interface Redrives {
  /** Newest first. */
  list(): Redrive[];
  /**
   * Starts a redrive and returns its id.
   *
   * @throws {PanelError} 409 when too many are running
   */
  start(queue: QueueDriver, subject: string, options: StagedRedriveOptions): Redrive;
  /** Stops one before its next stage. Returns whether it was running. */
  stop(id: string): boolean;
  close(): void;
}

export function createRedrives(now: () => number): Redrives {
  const entries: { redrive: Redrive; abort: AbortController }[] = [];
  return {
    list: () => entries.map(({ redrive }) => redrive),
    start(queue, subject, options) {
      const running = entries.filter(({ redrive }) => redrive.state === 'running');
      if (running.length >= MAX_RUNNING)
        throw new PanelError(409, 'too_many_redrives', `${MAX_RUNNING} redrives are running.`);
      const abort = new AbortController();
      const redrive: Redrive = {
        id: randomUUID(),
        startedAt: now(),
        state: 'running',
        subject,
        total: 0,
        redriven: 0,
        completed: 0,
      };
      entries.unshift({ redrive, abort });
      const oldest = entries.findLastIndex((entry) => entry.redrive.state !== 'running');
      if (entries.length > MAX_LISTED) entries.splice(oldest, 1);
      const timer = setTimeout(() => abort.abort(), LONGEST).unref();
      redriveInStages(queue, {
        ...options,
        signal: abort.signal,
        onProgress: (progress) => Object.assign(redrive, progress),
      })
        .then(({ failedJob }) => {
          redrive.state =
            failedJob !== undefined ? 'failed' : abort.signal.aborted ? 'stopped' : 'done';
        })
        .catch(() => {
          redrive.state = 'failed';
          redrive.problem = 'The queue could not be read.';
        })
        .finally(() => {
          clearTimeout(timer);
          redrive.endedAt = now();
        });
      return redrive;
    },
    stop(id) {
      const entry = entries.find(({ redrive }) => redrive.id === id);
      entry?.abort.abort();
      return entry?.redrive.state === 'running';
    },
    close() {
      for (const { abort } of entries) abort.abort();
    },
  };
}
