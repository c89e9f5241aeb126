import { count } from '@gati/contract/internal';
import type { CommandResult } from '../../command/output.ts';
import type { Style } from '../../command/style.ts';
import { type Column, printTable } from '../../command/table.ts';
import { usageError } from '../../command/usage-error.ts';
import type { JobFilter, JobRecord, JobState, QueueDriver } from '../../ports.ts';
import {
  cancelJobs,
  findJob,
  isOver,
  JOB_STATES,
  listJobs,
  parseJson,
  printCounts,
  reasonOf,
  unsupportedError,
} from '../inspect/jobs.ts';
import { listPaused, setPaused } from '../inspect/pauses.ts';
import { redriveAll, redriveInStages } from '../inspect/redrive.ts';

export interface EffectsCall {
  queue: QueueDriver;
  /** Arguments after the action: job ids. */
  words: string[];
  flags: EffectsFlags;
  style: Style;
  /** Writes a line while the command runs. */
  progress?(line: string): void;
}

export interface EffectsFlags {
  state?: string | undefined;
  effect?: string | undefined;
  limit?: string | undefined;
  cursor?: string | undefined;
  oldest?: boolean | undefined;
  yes?: boolean | undefined;
  canary?: boolean | undefined;
  reason?: string | undefined;
}

export type EffectsAction = (call: EffectsCall) => Promise<CommandResult>;

const DEFAULT_LIMIT = 50;

export const ACTIONS: Record<string, EffectsAction> = {
  list,
  show,
  retry,
  redrive,
  cancel,
  purge,
  pause,
  resume,
};

const JOB_COLUMNS: Column[] = [
  { title: 'id' },
  { title: 'state' },
  { title: 'effect' },
  { title: 'attempt', isRight: true },
  { title: 'runs at' },
  { title: 'error' },
];

async function list({ queue, words, flags, style }: EffectsCall): Promise<CommandResult> {
  rejectWords('list', words);
  const limit = readLimit(flags.limit);
  const page = await listJobs(queue, {
    ...toFilter(flags),
    limit,
    newestFirst: flags.oldest !== true,
    ...(flags.cursor !== undefined && { cursor: flags.cursor }),
  });
  const [stats, paused] = await Promise.all([queue.stats(), listPaused(queue)]);
  const rows = page.jobs.map((job) => [
    job.id,
    paintState(job.state, style),
    job.effect,
    String(job.attempt),
    formatTime(job.runAt).slice(0, 19),
    formatReason(job),
  ]);
  return {
    lines: [
      ...(rows.length > 0 ? printTable(JOB_COLUMNS, rows, style) : []),
      ...(page.next === undefined
        ? []
        : [`more:${flags.oldest === true ? ' --oldest' : ''} --cursor ${page.next}`]),
      ...(stats ? [printCounts(stats)] : []),
      ...paused.map(
        ({ effect, by, at, reason }) =>
          `paused: ${effect}, by ${by} at ${formatTime(at).slice(0, 19)}${reason === undefined ? '' : `: ${reason}`}`,
      ),
    ],
    document: {
      jobs: page.jobs.map(toDocument),
      next: page.next ?? null,
      stats: stats ?? null,
      paused: paused.map(({ at, ...each }) => ({ ...each, at: formatTime(at) })),
    },
    code: 0,
  };
}

async function show({ queue, words }: EffectsCall): Promise<CommandResult> {
  const [id, ...more] = readIds('show', words);
  rejectWords('show', more);
  const job = await findJob(queue, id!);
  const { priority, enqueuedAt, idempotencyKey, release, progress, result, steps, error } = job;
  const document = {
    ...toDocument(job),
    priority,
    enqueuedAt: formatTime(enqueuedAt),
    idempotencyKey: idempotencyKey ?? null,
    release,
    progress: progress ?? null,
    result: result === undefined ? null : parseJson(result),
    ...(steps && { steps: Object.keys(steps) }),
    // Error of an earlier attempt; `error` is the reason why the job is not completed.
    ...(isOver(job) && error !== undefined && { earlierError: error }),
  };
  return {
    lines: Object.entries(document).map(
      ([name, value]) => `${name.padEnd(15)} ${formatValue(value)}`,
    ),
    document,
    code: 0,
  };
}

async function retry({ queue, words }: EffectsCall): Promise<CommandResult> {
  const ids = readIds('retry', words);
  const retried = await queue.redrive(ids);
  const are = retried === 1 || ids.length === 1 ? 'is' : 'are';
  return {
    lines: [`${retried} of ${count(ids.length, 'dead letter')} ${are} due again`],
    document: { retried },
    code: retried === ids.length ? 0 : 1,
  };
}

async function redrive({ queue, words, flags, progress }: EffectsCall): Promise<CommandResult> {
  rejectWords('redrive', words);
  const { effects } = toFilter(flags);
  if (!flags.canary) {
    const redriven = await redriveAll(queue, effects);
    return { lines: [describeRedriven(redriven)], document: { redriven }, code: 0 };
  }
  let shown = 0;
  const done = await redriveInStages(queue, {
    ...(effects && { effects }),
    onProgress({ redriven, total }) {
      if (redriven > shown) progress?.(`${redriven} of ${count(total, 'dead letter')} redriven`);
      shown = redriven;
    },
  });
  return {
    lines: [
      done.failedJob === undefined
        ? describeRedriven(done.redriven)
        : `stopped after ${done.redriven} of ${done.total}: job ${done.failedJob} failed again`,
    ],
    document: done,
    code: done.failedJob === undefined ? 0 : 1,
  };
}

const describeRedriven = (redriven: number): string =>
  `${count(redriven, 'dead letter')} ${redriven === 1 ? 'is' : 'are'} due again`;

async function cancel({ queue, words }: EffectsCall): Promise<CommandResult> {
  const ids = readIds('cancel', words);
  const cancelled = await cancelJobs(queue, ids);
  const lines = [
    `${cancelled} of ${ids.length} cancelled${cancelled < ids.length ? ': the others run, have ended or do not exist' : ''}`,
  ];
  return { lines, document: { cancelled }, code: cancelled === ids.length ? 0 : 1 };
}

async function pause({ queue, words, flags }: EffectsCall): Promise<CommandResult> {
  const effect = readEffect('pause', words);
  const by = 'the command effects pause';
  await setPaused(queue, effect, {
    by,
    at: Date.now(),
    ...(flags.reason !== undefined && { reason: flags.reason.slice(0, 500) }),
  });
  return {
    lines: [`${effect} is paused: no process claims its jobs. Running jobs end, new ones wait`],
    document: { paused: effect },
    code: 0,
  };
}

async function resume({ queue, words }: EffectsCall): Promise<CommandResult> {
  const effect = readEffect('resume', words);
  await setPaused(queue, effect, undefined);
  return { lines: [`${effect} runs again`], document: { resumed: effect }, code: 0 };
}

function readEffect(action: string, words: string[]): string {
  const [effect, ...more] = words;
  rejectWords(action, more);
  if (effect === undefined)
    throw usageError(`\`effects ${action}\` needs an effect`, 'Write its name, such as `welcome`.');
  return effect;
}

async function purge({ queue, words, flags }: EffectsCall): Promise<CommandResult> {
  rejectWords('purge', words);
  if (!flags.yes)
    throw usageError(
      '`effects purge` removes jobs permanently',
      'Confirm with `effects purge --yes`; add `--state dead` to remove only dead letters.',
    );
  if (!queue.purge) throw unsupportedError('purge jobs');
  const filter = toFilter(flags);
  const unfinished = filter.states?.find(
    (state) => state === 'waiting' || state === 'delayed' || state === 'active',
  );
  if (unfinished)
    throw usageError(
      `\`effects purge\` does not remove jobs that are ${unfinished}`,
      'Cancel them first.',
    );
  const purged = await queue.purge(filter);
  return {
    lines: [`${count(purged, 'job')} removed`],
    document: { purged },
    code: 0,
  };
}

function toFilter({ state, effect }: EffectsFlags): Pick<JobFilter, 'states' | 'effects'> {
  const states = state?.split(',') as JobState[] | undefined;
  const unknown = states?.find((one) => !JOB_STATES.includes(one));
  if (unknown !== undefined)
    throw usageError(
      `\`--state ${unknown}\` is not a state`,
      `The states are ${JOB_STATES.join(', ')}.`,
    );
  return { ...(states && { states }), ...(effect !== undefined && { effects: effect.split(',') }) };
}

function toDocument(job: JobRecord): Record<string, unknown> {
  const { id, effect, state, attempt, payload, runAt } = job;
  return {
    id,
    effect,
    state,
    attempt,
    payload: parseJson(payload),
    error: reasonOf(job) ?? null,
    runAt: formatTime(runAt),
  };
}

function paintState(state: JobState, style: Style): string {
  if (state === 'dead') return style.red(state);
  if (state === 'active') return style.green(state);
  return state === 'completed' || state === 'cancelled' ? style.dim(state) : state;
}

/** Returns why a job is dead, or why it is being retried. */
function formatReason(job: JobRecord): string {
  const reason = reasonOf(job);
  if (reason === undefined || job.error === undefined) return reason ?? '';
  const line = reason.split('\n')[0]!.slice(0, 80);
  return job.state === 'dead' ? line : `earlier attempt: ${line}`;
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw usageError(`\`--limit ${text}\` can't be used`, 'Give a number from 1 to 9999.');
  return Number(text);
}

function readIds(action: string, words: string[]): string[] {
  if (words.length === 0)
    throw usageError(`\`effects ${action}\` needs an id`, '`effects list` shows the ids.');
  return words;
}

function rejectWords(action: string, words: string[]): void {
  if (words.length > 0)
    throw usageError(`\`effects ${action}\` takes no \`${words[0]}\``, 'See `effects --help`.');
}

/**
 * Formats epoch milliseconds. Never throws: one job with an invalid time must not break the list.
 */
function formatTime(milliseconds: number): string {
  const time = new Date(milliseconds);
  return Number.isNaN(time.getTime()) ? String(milliseconds) : time.toISOString();
}

const formatValue = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
