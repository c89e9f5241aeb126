import { GatiError } from '@gati/contract';
import { count } from '@gati/contract/internal';
import type { CommandResult } from '../../command/output.ts';
import type { Style } from '../../command/style.ts';
import { type Column, printTable } from '../../command/table.ts';
import { usageError } from '../../command/usage-error.ts';
import type { JobFilter, JobRecord, JobState, QueueDriver, QueueStats } from '../../ports.ts';

export interface EffectsCall {
  queue: QueueDriver;
  /** Arguments after the action: job ids. */
  words: string[];
  flags: EffectsFlags;
  style: Style;
}

export interface EffectsFlags {
  state?: string | undefined;
  effect?: string | undefined;
  limit?: string | undefined;
  cursor?: string | undefined;
  oldest?: boolean | undefined;
  yes?: boolean | undefined;
}

export type EffectsAction = (call: EffectsCall) => Promise<CommandResult>;

const STATES: readonly JobState[] = [
  'waiting',
  'delayed',
  'active',
  'completed',
  'dead',
  'cancelled',
];
/** Jobs that one call lists or redrives. */
const PAGE = 500;
const DEFAULT_LIMIT = 50;

export const ACTIONS: Record<string, EffectsAction> = { list, show, retry, redrive, cancel, purge };

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
  const stats = await queue.stats();
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
      ...(stats ? [formatCounts(stats)] : []),
    ],
    document: { jobs: page.jobs.map(toDocument), next: page.next ?? null, stats: stats ?? null },
    code: 0,
  };
}

async function show({ queue, words }: EffectsCall): Promise<CommandResult> {
  const [id, ...more] = readIds('show', words);
  rejectWords('show', more);
  const { jobs } = await listJobs(queue, { ids: [id!], limit: 1 });
  const [job] = jobs;
  if (!job) throw unknownJobError(id!);
  const { priority, enqueuedAt, idempotencyKey, release, progress, result, steps, error } = job;
  const document = {
    ...toDocument(job),
    priority,
    enqueuedAt: formatTime(enqueuedAt),
    idempotencyKey: idempotencyKey ?? null,
    release,
    progress: progress ?? null,
    result: result === undefined ? null : parse(result),
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

async function redrive({ queue, words, flags }: EffectsCall): Promise<CommandResult> {
  rejectWords('redrive', words);
  if (queue.redriveAll) return redriveResult(await queue.redriveAll(toFilter(flags).effects));
  let redriven = 0;
  // A job that fails again during the command is listed again. Each job is redriven once.
  const seen = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const page = await listJobs(queue, {
      ...toFilter(flags),
      states: ['dead'],
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    const ids = page.jobs.map(({ id }) => id).filter((id) => !seen.has(id));
    for (const id of ids) seen.add(id);
    if (ids.length > 0) redriven += await queue.redrive(ids);
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return redriveResult(redriven);
}

function redriveResult(redriven: number): CommandResult {
  return {
    lines: [`${count(redriven, 'dead letter')} ${redriven === 1 ? 'is' : 'are'} due again`],
    document: { redriven },
    code: 0,
  };
}

async function cancel({ queue, words }: EffectsCall): Promise<CommandResult> {
  const ids = readIds('cancel', words);
  if (!queue.cancel) throw unsupportedError('cancel jobs');
  const cancelled = await queue.cancel(ids);
  const lines = [
    `${cancelled} of ${ids.length} cancelled${cancelled < ids.length ? ': the others run, have ended or do not exist' : ''}`,
  ];
  return { lines, document: { cancelled }, code: cancelled === ids.length ? 0 : 1 };
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

async function listJobs(
  queue: QueueDriver,
  filter: JobFilter,
): Promise<{ jobs: JobRecord[]; next?: string }> {
  if (!queue.list) throw unsupportedError('list jobs', await queue.stats());
  return queue.list(filter);
}

function toFilter({ state, effect }: EffectsFlags): Pick<JobFilter, 'states' | 'effects'> {
  const states = state?.split(',') as JobState[] | undefined;
  const unknown = states?.find((one) => !STATES.includes(one));
  if (unknown !== undefined)
    throw usageError(
      `\`--state ${unknown}\` is not a state`,
      `The states are ${STATES.join(', ')}.`,
    );
  return { ...(states && { states }), ...(effect !== undefined && { effects: effect.split(',') }) };
}

function toDocument(job: JobRecord): Record<string, unknown> {
  const { id, effect, state, attempt, payload, error, runAt } = job;
  return {
    id,
    effect,
    state,
    attempt,
    payload: parse(payload),
    error: isOver(job) ? null : (error ?? damageOf(job) ?? null),
    runAt: formatTime(runAt),
  };
}

function paintState(state: JobState, style: Style): string {
  if (state === 'dead') return style.red(state);
  if (state === 'active') return style.green(state);
  return state === 'completed' || state === 'cancelled' ? style.dim(state) : state;
}

/** The job ended without an error, even if an earlier attempt failed. */
function isOver({ state }: JobRecord): boolean {
  return state === 'completed' || state === 'cancelled';
}

/** Returns why a job is dead, or why it is being retried. */
function formatReason(job: JobRecord): string {
  if (isOver(job)) return '';
  if (job.error === undefined) return damageOf(job) ?? '';
  const line = job.error.split('\n')[0]!.slice(0, 80);
  return job.state === 'dead' ? line : `earlier attempt: ${line}`;
}

/** A damaged payload is found only when the job is claimed. */
function damageOf({ payload }: JobRecord): string | undefined {
  return isJson(payload) ? undefined : 'The job is damaged in the queue: its payload is not JSON.';
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

/** Formats epoch milliseconds. A job with an invalid time must not make the list fail. */
function formatTime(milliseconds: number): string {
  const time = new Date(milliseconds);
  return Number.isNaN(time.getTime()) ? String(milliseconds) : time.toISOString();
}

const formatValue = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

function parse(json: string): unknown {
  return isJson(json) ? JSON.parse(json) : json;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function formatCounts(stats: QueueStats): string {
  return Object.entries(stats)
    .map(([state, number]) => `${number} ${state}`)
    .join(', ');
}

function unsupportedError(action: string, stats?: QueueStats): GatiError {
  return new GatiError({
    code: 'GATI_EFFECTS_LOOK',
    message: `This queue can't ${action}: its service has no such call.${stats ? ` It counts ${formatCounts(stats)}.` : ''}`,
    fix: 'Use the tools of the service, or a queue in SQLite, PostgreSQL or Redis. `effects retry` and `effects redrive` work here too.',
  });
}

function unknownJobError(id: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_JOB',
    message: `There is no job ${id} in this queue.`,
    fix: '`effects list` shows the ids. Ended jobs are removed after some time.',
  });
}
