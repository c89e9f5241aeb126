import { LOG_LEVELS, type LogLevel } from '../../types/log-level.ts';
import type { LogRecord } from '../../types/telemetry.ts';
import type { LogQuery, Page } from '../../types/telemetry-source.ts';
import { RUN_METHOD } from '../../telemetry/record/route-stats.ts';
import { FAILED, levelOfStatus } from '../request-to-log.ts';
import { checkPage, checkStep } from './check-query.ts';
import { findName, readNames } from './names.ts';
import { timeOfId } from './record-ids.ts';
import { isLogKey, methodOfKey, parseSeriesKey } from './rollups.ts';
import { scan, searchEnd, visitRows } from './scan.ts';
import { type LogFilters, logSearches } from './search-logs.ts';
import type { Statements } from './statements.ts';
import { readSteps } from './read-steps.ts';

/** Maximum number of lines that a histogram counts. */
const MOST_LINES = 1_000_000;

/** The ids of all tables have one order, so one cursor is valid for all of them. */
export function readLogs(on: Statements, query: LogQuery): Page<LogRecord> {
  checkPage(query);
  const { limit, cursor } = query;
  const end = searchEnd();
  const found = logSearches(on, query, cursor).map((search) => ({
    search,
    ...scan(on, search, limit, end),
  }));
  // Below this id, at least one table is not searched yet.
  const bound = Math.max(...found.map(({ next = 0 }) => next));
  const rows = found
    .flatMap(({ search, rows: own }) => own.map((row) => ({ id: row.id as number, row, search })))
    .filter(({ id }) => id >= bound)
    .sort((a, b) => b.id - a.id);
  const names = readNames(on);
  const items = rows.slice(0, limit).map(({ row, search }) => search.toRecord(row, names));
  const next = rows.length > limit ? rows[limit - 1]!.id : bound;
  return next === 0 ? { items } : { items, next: String(next) };
}

type Volume = { time: number; counts: Partial<Record<LogLevel, number>> }[];

export function readLogVolume(on: Statements, query: LogFilters & { step: number }): Volume {
  checkStep(query);
  const { step, level, text, traceId, route, version } = query;
  const volume = new Map<number, Partial<Record<LogLevel, number>>>();
  const add = (time: number, index: number, count: number): void => {
    const start = Math.floor(time / step) * step;
    const name = LOG_LEVELS[index] ?? 'info';
    let counts = volume.get(start);
    if (counts === undefined) volume.set(start, (counts = {}));
    counts[name] = (counts[name] ?? 0) + count;
  };
  const least = level === undefined ? 0 : LOG_LEVELS.indexOf(level);
  if (!text && traceId === undefined && route === undefined && version === undefined) {
    const runs = findName(on, RUN_METHOD);
    readSteps(on, query, (time, key, { count }) => {
      // Runs have lines, which are counted already.
      if (methodOfKey(key) === runs) return;
      const index = isLogKey(key) ? key : levelOfClass(parseSeriesKey(key).statusClass);
      if (index >= least) add(time, index, count);
    });
  } else {
    const end = searchEnd();
    let bound = 0;
    for (const search of logSearches(on, query)) {
      const next = visitRows(on, search, MOST_LINES, end, (row) =>
        add(timeOfId(row.id as number), search.levelOf(row), 1),
      );
      bound = Math.max(bound, next ?? 0);
    }
    // The search ended within this step: its count is not complete.
    const cut = bound === 0 ? -1 : Math.floor(timeOfId(bound) / step) * step;
    for (const time of volume.keys()) if (time <= cut) volume.delete(time);
  }
  return [...volume].map(([time, counts]) => ({ time, counts })).sort((a, b) => a.time - b.time);
}

/** Index of the level that lines of requests with a status of this class have. */
function levelOfClass(statusClass: number): number {
  return LOG_LEVELS.indexOf(levelOfStatus(statusClass * 100 < FAILED ? 0 : FAILED));
}
