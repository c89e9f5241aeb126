import { writeFile } from 'node:fs/promises';
import { GatiError } from '@gati/contract';
import type { CommandResult } from '../../command/output.ts';
import type { Style } from '../../command/style.ts';
import { type Column, printTable } from '../../command/table.ts';
import { usageError } from '../../command/usage-error.ts';
import type { ErrorChange, TraceQuery } from '../../types/telemetry-source.ts';
import { formatLog, formatMs, formatTime, paintStatus } from './format.ts';
import { printTrace } from './print-trace.ts';
import {
  type TelemetryFlags,
  readLevel,
  readPage,
  readRange,
  readSlower,
  readStatus,
  readTraceId,
} from './read-flags.ts';
import type { TelemetryReader } from './reader.ts';
import { trap } from './trap-command.ts';

interface QueryCall {
  /** Arguments that are not options. */
  words: string[];
  flags: TelemetryFlags;
  now: number;
  style: Style;
}

/** Reads the arguments first, so that wrong ones fail before anything is opened. */
type Query = (call: QueryCall) => (source: TelemetryReader) => Promise<CommandResult>;

export type QueryName = 'traces' | 'trace' | 'logs' | 'errors' | 'metrics' | 'trap';

/** The queries by the name of their command. */
export const QUERIES: Record<QueryName, Query> = { traces, trace, logs, errors, metrics, trap };

const TRACE_COLUMNS: Column[] = [
  { title: 'time' },
  { title: 'method' },
  { title: 'route' },
  { title: 'status' },
  { title: 'ms', isRight: true },
  { title: 'version' },
  { title: 'trace' },
];

function traces({ words, flags, now, style }: QueryCall): ReturnType<Query> {
  rejectWords(words);
  const { method, route, version } = flags;
  const query: TraceQuery = {
    ...readPage(flags, now),
    ...readStatus(flags.status),
    ...readSlower(flags.slower),
    ...(method !== undefined && { method }),
    ...(route !== undefined && { route }),
    ...(version !== undefined && { version }),
  };
  return async (source) => {
    const { items, next } = await source.traces(query);
    const rows = items.map((item) => [
      formatTime(item.time),
      item.method,
      item.route || style.dim(item.path),
      paintStatus(item.status, style),
      formatMs(item.us),
      item.version,
      item.traceId,
    ]);
    return {
      lines: listing(rows.length > 0 ? printTable(TRACE_COLUMNS, rows, style) : [], next, route),
      document: { traces: items, next: next ?? null },
      code: 0,
    };
  };
}

function trace({ words, flags, style }: QueryCall): ReturnType<Query> {
  const [word, ...more] = words;
  const id = readTraceId(word);
  rejectWords(more);
  const { incident: file } = flags;
  if (file !== undefined)
    return async (source) => {
      const html = await source.incident(id);
      if (html === undefined) throw unknownTraceError(id);
      await writeNewFile(file, html);
      return { lines: [`wrote ${file}`], document: { trace: id, file }, code: 0 };
    };
  return async (source) => {
    const found = await source.trace(id);
    if (found === undefined) throw unknownTraceError(id);
    return { lines: printTrace(found, style), document: found, code: 0 };
  };
}

/** @throws {GatiError} GATI_USAGE when the file exists, which stays as it is */
async function writeNewFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw usageError(`\`${file}\` exists already`, 'Name a new file.');
  }
}

const unknownTraceError = (id: string): GatiError =>
  new GatiError({
    code: 'GATI_TRACE_UNKNOWN',
    message: `The store has no trace ${id}.`,
    fix: 'Check the id. Old traces are removed: GATI_TELEMETRY names the store, and its limits are in the reference.',
  });

function logs({ words, flags, now, style }: QueryCall): ReturnType<Query> {
  rejectWords(words);
  const { text, route, version } = flags;
  const query = {
    ...readPage(flags, now),
    ...readLevel(flags.level),
    ...(text !== undefined && { text }),
    ...(flags.trace !== undefined && { traceId: readTraceId(flags.trace) }),
    ...(route !== undefined && { route }),
    ...(version !== undefined && { version }),
  };
  return async (source) => {
    const { items, next } = await source.logs(query);
    return {
      // The newest line is last, as in a log file.
      lines: listing(
        items.toReversed().map((log) => formatLog(log, style)),
        next,
        route,
      ),
      document: { logs: items, next: next ?? null },
      code: 0,
    };
  };
}

const ERROR_COLUMNS: Column[] = [
  { title: 'count', isRight: true },
  { title: 'last seen' },
  { title: 'first in' },
  { title: 'type' },
  { title: 'place' },
  { title: 'message' },
  { title: 'state' },
  { title: 'id' },
];

const DECISIONS: Record<string, ErrorChange['state']> = {
  resolve: 'resolved',
  mute: 'muted',
  reopen: 'open',
};

function errors({ words, flags, now, style }: QueryCall): ReturnType<Query> {
  if (words.length > 0) return decide(words);
  const query = readPage(flags, now);
  return async (source) => {
    const { items, next } = await source.errors(query);
    const rows = items.map((group) => [
      String(group.count),
      formatTime(group.lastSeen),
      group.firstVersion ?? '',
      style.red(group.type),
      group.place ?? '',
      // A message may have several lines, such as a code frame. The first line is the message
      // itself.
      group.message.split('\n', 1)[0]!,
      group.decision?.state ?? (group.isReopened ? style.yellow('reopened') : ''),
      style.dim(group.id),
    ]);
    return {
      lines: listing(rows.length > 0 ? printTable(ERROR_COLUMNS, rows, style) : [], next),
      document: { errors: items, next: next ?? null },
      code: 0,
    };
  };
}

/** `errors resolve ID`, `errors mute ID` and `errors reopen ID`. */
function decide([action = '', id = '', ...more]: string[]): ReturnType<Query> {
  const state = Object.hasOwn(DECISIONS, action) ? DECISIONS[action] : undefined;
  if (state === undefined)
    throw usageError(`\`errors\` can't \`${action}\``, 'Use resolve, mute or reopen with an id.');
  rejectWords(more);
  if (!/^[\da-f]{16}$/.test(id))
    throw usageError(
      id === '' ? 'the id of an error is missing' : `\`${id}\` is not the id of an error`,
      '`errors` shows the ids.',
    );
  return async (source) => {
    if (!(await source.decide({ id, state, by: 'command line' })))
      throw new GatiError({
        code: 'GATI_ERROR_UNKNOWN',
        message: `The store has no error ${id}.`,
        fix: '`errors --since=7d` shows the errors with their ids.',
      });
    return { lines: [`${id} is ${state}`], document: { id, state }, code: 0 };
  };
}

const METRIC_COLUMNS: Column[] = [
  { title: 'method' },
  { title: 'route' },
  { title: 'version' },
  { title: 'requests', isRight: true },
  { title: 'errors', isRight: true },
  { title: 'p50 ms', isRight: true },
  { title: 'p95 ms', isRight: true },
  { title: 'p99 ms', isRight: true },
];

function metrics({ words, flags, now, style }: QueryCall): ReturnType<Query> {
  rejectWords(words);
  const range = readRange(flags, now);
  const { method, route, version } = flags;
  return async (source) => {
    const routes = await source.routes({
      ...range,
      ...(method !== undefined && { method }),
      ...(route !== undefined && { route }),
      ...(version !== undefined && { version }),
    });
    const rows = routes.map((each) => [
      each.method,
      each.route || style.dim('no route'),
      each.version,
      String(each.count),
      each.errors > 0 ? style.red(String(each.errors)) : '0',
      ...[each.p50, each.p95, each.p99].map(formatMs),
    ]);
    return {
      lines: listing(
        rows.length > 0 ? printTable(METRIC_COLUMNS, rows, style) : [],
        undefined,
        route,
      ),
      document: { metrics: routes },
      code: 0,
    };
  };
}

/** @param route the route that was requested, if any */
function listing(lines: string[], next: string | undefined, route?: string): string[] {
  const of = route === undefined ? '' : ` of the route ${route}`;
  if (lines.length === 0)
    return [`There are no records${of} in this time; a longer \`--since\` goes further back.`];
  return next === undefined ? lines : [...lines, `more: --cursor ${next}`];
}

function rejectWords([word]: string[]): void {
  if (word !== undefined)
    throw usageError(`unexpected argument \`${word}\``, 'Filters are options; see `--help`.');
}
