import type { Schema } from '@gati/contract';
import {
  cancelJobs,
  enqueueExtraJob,
  findJob,
  parseJson,
  type QueueDriver,
  setPaused,
} from '@gati/runtime-h3/effects/inspect';
import { type Action, defineAction } from '../../actions/action.ts';
import { closedObject } from '../../http/check-input.ts';
import { PanelError } from '../../http/problem.ts';
import type { ReadContext } from '../endpoint.ts';
import { withGatiErrors } from '../gati-error.ts';
import { openQueue } from './open-queue.ts';
import { restoreRedacted } from './restore-redacted.ts';

/** Maximum number of jobs that one action may name. */
const MAX_IDS = 500;

const ID: Schema = { type: 'string', minLength: 1, maxLength: 200 };
const IDS: Schema = { type: 'array', items: ID, minItems: 1, maxItems: MAX_IDS };
const FILTER: Record<string, Schema> = {
  effect: { type: 'string', maxLength: 200 },
  cause: { type: 'string', pattern: '^[\\da-f]{16}$' },
};

interface DeadInput {
  effect?: string;
  cause?: string;
}

/** The actions of the page Effects. */
export function effectActions(context: () => Promise<ReadContext>): Action[] {
  /** Opens the queue, and makes sure that due jobs run. */
  const withQueue = async <Result>(
    work: (queue: QueueDriver, context: ReadContext) => Promise<Result>,
  ): Promise<Result> => {
    const current = await context();
    const queue = await openQueue(current);
    return withGatiErrors(async () => {
      const result = await work(queue, current);
      // The terminal shows why the app does not start.
      await current.ports.queue?.wake?.().catch(() => undefined);
      return result;
    });
  };
  const common = { role: 'operator', stepUp: false } as const;

  return [
    defineAction<{ ids: string[] }>({
      ...common,
      name: 'effects.retry',
      summary: 'Runs dead jobs again, from their first attempt.',
      schema: closedObject({ ids: IDS }),
      run: ({ ids }) => withQueue(async (queue) => ({ retried: await queue.redrive(ids) })),
    }),
    defineAction<{ ids: string[] }>({
      ...common,
      name: 'effects.cancel',
      summary: 'Cancels jobs that are waiting or delayed.',
      schema: closedObject({ ids: IDS }),
      run: ({ ids }) => withQueue(async (queue) => ({ cancelled: await cancelJobs(queue, ids) })),
    }),
    defineAction<DeadInput & { subject?: string }>({
      ...common,
      name: 'effects.redrive',
      summary: 'Runs dead jobs again: one, then ten, then all. Stops at the first failure.',
      schema: closedObject({ ...FILTER, subject: { type: 'string', maxLength: 300 } }, [
        'effect',
        'cause',
        'subject',
      ]),
      run: ({ subject, ...input }) =>
        withQueue(async (queue, { redrives }) =>
          redrives.start(queue, subject ?? input.effect ?? 'all dead jobs', toFilter(input)),
        ),
    }),
    defineAction<{ id: string }>({
      ...common,
      name: 'effects.stop-redrive',
      summary: 'Stops a redrive before its next stage.',
      schema: closedObject({ id: ID }),
      run: async ({ id }) => ({ stopped: (await context()).redrives.stop(id) }),
    }),
    defineAction<{ effect: string }>({
      ...common,
      name: 'effects.pause',
      summary: 'Runs no further job of an effect, in all processes. New jobs wait.',
      schema: closedObject({ effect: ID }),
      run: ({ effect }, { actor, reason, now }) =>
        withQueue(async (queue, { app }) => {
          factsOf(app, effect);
          const by = actor.name;
          await setPaused(queue, effect, { by, at: now, ...(reason && { reason }) });
          return { paused: effect };
        }),
    }),
    defineAction<{ effect: string }>({
      ...common,
      name: 'effects.resume',
      summary: 'Runs the jobs of a paused effect again.',
      schema: closedObject({ effect: ID }),
      run: ({ effect }) =>
        withQueue(async (queue) => {
          await setPaused(queue, effect, undefined);
          return { resumed: effect };
        }),
    }),
    defineAction<{ effect: string; payload: unknown }>({
      ...common,
      name: 'effects.run',
      summary: 'Runs an effect now, with a payload.',
      schema: closedObject({ effect: ID, payload: {} }),
      run: ({ effect, payload }) =>
        withQueue(async (queue, { app }) => ({
          id: await enqueueExtraJob(queue, {
            ...factsOf(app, effect),
            payload,
            release: app.release?.version ?? app.version,
          }),
        })),
    }),
    defineAction<{ id: string; payload: unknown }>({
      ...common,
      name: 'effects.rerun',
      summary: 'Runs a job again as a new job, with another payload.',
      schema: closedObject({ id: ID, payload: {} }),
      run: ({ id, payload }) =>
        withQueue(async (queue, { app }) => {
          const job = await findJob(queue, id);
          return {
            id: await enqueueExtraJob(queue, {
              ...factsOf(app, job.effect),
              payload: restoreRedacted(payload, parseJson(job.payload)),
              priority: job.priority,
              rerunOf: { id, trace: job.trace },
              release: app.release?.version ?? app.version,
            }),
          };
        }),
    }),
  ];
}

const toFilter = ({ effect, cause }: DeadInput): { effects?: string[]; cause?: string } => ({
  ...(effect !== undefined && { effects: [effect] }),
  ...(cause !== undefined && { cause }),
});

/** @throws {PanelError} 404 when the app has no such effect: nothing would run its jobs */
function factsOf(
  { effects, $defs }: ReadContext['app'],
  name: string,
): { effect: string; schema?: Schema; $defs: ReadContext['app']['$defs'] } {
  const known = effects.find((effect) => effect.name === name);
  if (!known) throw new PanelError(404, 'not_found', 'The app has no such effect.');
  return { effect: name, $defs, ...(known.payload && { schema: known.payload }) };
}
