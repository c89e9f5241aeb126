import {
  findJob,
  groupDeadJobs,
  listDeadJobs,
  listJobs,
  listPaused,
  nextRuns,
  type PausedEffect,
} from '@gati/runtime-h3/effects/inspect';
import { RUN_METHOD } from '@gati/runtime-h3/telemetry';
import { toTypeScript } from '@gati/contract';
import type {
  DeadList,
  EffectItem,
  EffectsOverview,
  JobDetail,
  JobItem,
  RedriveList,
} from '../../api/effects.ts';
import type { ListPart } from '../../api/types.ts';
import type { AppFacts, EffectFacts } from '../app-facts.ts';
import { countJobs, NO_JOBS } from '../effects/count-jobs.ts';
import { toJobDetail, toJobItem } from '../effects/describe-job.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { exampleOf } from '../../api/example.ts';
import { withGatiErrors } from '../gati-error.ts';
import { openQueue } from '../effects/open-queue.ts';
import { toRange, wholeStep } from '../query.ts';
import { groupRed, totalRed } from '../red.ts';

const DEFAULT_LIMIT = 50;
/** Number of next runs of a schedule that are listed. */
const RUNS = 3;
/** Maximum number of log lines of a job. */
const MAX_LOGS = 200;
/**
 * Milliseconds by which the search for lines of a job begins before the enqueue and ends after the
 * present.
 */
const SLACK = 60_000;
const DAY = 86_400_000;

/** The effects with their jobs by state, their runs and their schedules. */
export const effects: Endpoint = defineEndpoint(
  'effects',
  ['from', 'to'],
  async (context, query): Promise<EffectsOverview> => {
    const { app, source, ports, now } = context;
    const range = toRange(query, now);
    const points = await source.metrics({ ...range, step: wholeStep(range), method: RUN_METHOD });
    const runs = new Map(
      groupRed(points, ({ route }) => route).map(({ first, red }) => [first.route, red]),
    );
    const describe = (
      counts: Map<string, EffectItem['counts']>,
      paused: PausedEffect[] = [],
    ): EffectItem[] => {
      const removed = [...counts.keys()].filter(
        (name) => !app.effects.some((effect) => effect.name === name),
      );
      return [...app.effects, ...removed.map((name) => ({ name }))].map((effect) => ({
        ...describeEffect(effect, app, now),
        ...describePause(effect.name, paused),
        counts: counts.get(effect.name) ?? NO_JOBS,
        red: runs.get(effect.name) ?? totalRed([]),
      }));
    };
    if (!ports.queue)
      return { queue: 'memory', effects: describe(new Map()), isCut: false, canPause: false };
    const queue = await openQueue(context);
    const [stats, paused] = await Promise.all([queue.stats(), listPaused(queue)]);
    if (!queue.list)
      return {
        queue: 'limited',
        ...(stats && { counts: stats }),
        effects: describe(new Map(), paused),
        isCut: false,
        canPause: queue.setPaused !== undefined,
      };
    const { byEffect, isCut } = await countJobs(queue);
    return {
      queue: 'readable',
      ...(stats && { counts: stats }),
      effects: describe(byEffect, paused),
      isCut,
      canPause: queue.setPaused !== undefined,
    };
  },
);

function describePause(name: string, paused: PausedEffect[]): Pick<EffectItem, 'paused'> {
  const found = paused.find(({ effect }) => effect === name);
  if (!found) return {};
  const { effect: _effect, ...pause } = found;
  return { paused: pause };
}

function describeEffect(
  { name, file, payload, schedule, timezone }: Partial<EffectFacts> & { name: string },
  { $defs }: AppFacts,
  now: number,
): Omit<EffectItem, 'counts' | 'red' | 'paused'> {
  const example = payload && exampleOf(payload, $defs);
  return {
    name,
    ...(file !== undefined && { file }),
    ...(schedule !== undefined && { schedule }),
    ...(timezone !== undefined && { timezone }),
    nextRuns:
      schedule === undefined ? [] : nextRuns(schedule, timezone, { from: now, count: RUNS }),
    ...(payload && {
      payload: {
        type: toTypeScript(payload, { direction: 'request' }),
        ...(example !== undefined && { example }),
      },
    }),
  };
}

/** Jobs, the newest first. */
export const jobs: Endpoint = defineEndpoint(
  'effects/jobs',
  ['state', 'effect', 'cause', 'limit', 'cursor'],
  async (
    context,
    { state, effect, cause, limit = DEFAULT_LIMIT, cursor },
  ): Promise<ListPart<JobItem>> => {
    const queue = await openQueue(context);
    const named = effect === undefined ? {} : { effects: [effect] };
    return withGatiErrors(async () => {
      if (cause !== undefined) {
        const { jobs: dead } = await listDeadJobs(queue, { ...named, cause });
        return { items: dead.slice(0, limit).map(toJobItem) };
      }
      const page = await listJobs(queue, {
        ...named,
        ...(state !== undefined && { states: [state] }),
        limit,
        newestFirst: true,
        ...(cursor !== undefined && { cursor }),
      });
      return {
        items: page.jobs.map(toJobItem),
        ...(page.next !== undefined && { next: page.next }),
      };
    });
  },
);

/** One job with its payload, its steps and its log lines. */
export const job: Endpoint = defineEndpoint(
  'effects/jobs/:id',
  [],
  async (context, _query, id): Promise<JobDetail> => {
    const { source, now } = context;
    const queue = await openQueue(context);
    const found = await withGatiErrors(() => findJob(queue, id));
    const from = Math.max(found.enqueuedAt - SLACK, now - 31 * DAY);
    const { items } = await source.logs({ from, to: now + SLACK, text: id, limit: MAX_LOGS });
    return { ...toJobDetail(found), logs: items.toReversed() };
  },
);

/** Dead letters by cause. */
export const deadLetters: Endpoint = defineEndpoint(
  'effects/dead',
  ['effect'],
  async (context, { effect }): Promise<DeadList> => {
    if (!context.ports.queue) return { groups: [], isCut: false };
    const queue = await openQueue(context);
    if (!queue.list) return { groups: [], isCut: false };
    return groupDeadJobs(queue, effect === undefined ? {} : { effects: [effect] });
  },
);

/** The redrives that this panel started. */
export const redrives: Endpoint = defineEndpoint(
  'effects/redrives',
  [],
  async (context): Promise<RedriveList> => ({ redrives: context.redrives.list() }),
);
