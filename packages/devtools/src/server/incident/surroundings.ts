import { formatMs, formatTime, type IncidentTable } from '@gati/runtime-h3/collector';
import type { RoutePoint, Trace } from '@gati/runtime-h3/telemetry';
import type { AuditLog } from '../../access/audit.ts';
import type { AuditEntry } from '../../api/access.ts';
import type { LensRoute, LensSide } from '../../api/lens.ts';
import type { ReadContext } from '../endpoint.ts';
import { printRejection } from '../gati-error.ts';
import { compareReleases } from '../lens/compare-releases.ts';
import { readAllMetrics } from '../lens/read-metrics.ts';
import { groupRed } from '../red.ts';
import { diffReleases, sinceOf } from '../releases/diff-releases.ts';
import { openReleases } from '../releases/open-releases.ts';

/** Milliseconds before and after the trace. */
const AROUND = 30 * 60_000;
const MOST_AUDIT_PAGES = 10;
const AUDIT_PAGE = 500;

interface Range {
  from: number;
  to: number;
}

/** Reads the routes, the changes of the release, and the audit log around the time of a trace. */
export async function readSurroundings(
  context: ReadContext,
  { requests, runs }: Trace,
  audit: AuditLog,
): Promise<IncidentTable[]> {
  const root = requests[0] ?? runs[0];
  if (root === undefined) return [];
  const { version } = root;
  const range = { from: root.time - AROUND, to: Math.min(root.time + AROUND, context.now + 1) };
  const points = await readAllMetrics(context.source, range);
  const before = (await readSince(context, version)) ?? busiestOther(points, version);
  return [
    before === undefined
      ? routesTable(points, version, range)
      : lensTable(points, [before, version], range),
    ...(before === undefined ? [] : [await diffTable(context, before, version)]),
    auditTable(audit, range),
  ];
}

/** Resolves to the release that a release was compared with when it was built. */
async function readSince(context: ReadContext, version: string): Promise<string | undefined> {
  try {
    return await sinceOf(await openReleases(context), version);
  } catch (error) {
    printRejection(error);
    return undefined;
  }
}

const busiestOther = (points: readonly RoutePoint[], version: string): string | undefined =>
  groupRed(
    points.filter((point) => point.version !== version),
    (point) => point.version,
  ).toSorted((a, b) => b.red.count - a.red.count)[0]?.first.version;

function lensTable(
  points: readonly RoutePoint[],
  versions: readonly [string, string],
  range: Range,
): IncidentTable {
  const [before, after] = versions;
  const { routes } = compareReleases(points, versions, (range.to - range.from) / 60_000);
  return {
    title: `Release ${after} beside ${before}`,
    note: `${rangeText(range)}, worse routes first.`,
    columns: ['Route', 'Verdict', 'Release', 'Requests', '5xx', 'p50 ms', 'p95 ms', 'p99 ms'],
    rows: routes.flatMap((route) => [
      [`${route.method} ${route.route}`, verdictOf(route), before, ...cellsOf(route.before)],
      ['', '', after, ...cellsOf(route.after)],
    ]),
  };
}

const verdictOf = ({ verdict, because }: LensRoute): string =>
  because.length > 0 ? `${verdict}: ${because.join(' and ')}` : verdict;

const cellsOf = ({ count, failed, p50, p95, p99 }: LensSide): string[] => [
  String(count),
  String(failed),
  ...[p50, p95, p99].map((each) => (each ? formatMs(each.value) : '')),
];

function routesTable(points: readonly RoutePoint[], version: string, range: Range): IncidentTable {
  const groups = groupRed(
    points.filter((point) => point.version === version),
    ({ method, route }) => `${method} ${route}`,
  );
  return {
    title: `Routes of release ${version}`,
    note: `${rangeText(range)}. No other release served requests.`,
    columns: ['Route', 'Requests', '4xx', '5xx', 'p50 ms', 'p95 ms', 'p99 ms'],
    rows: groups
      .toSorted((a, b) => b.red.failed - a.red.failed || b.red.count - a.red.count)
      .map(({ first, red: { count, rejected, failed, p50, p95, p99 } }) => [
        `${first.method} ${first.route}`,
        ...[count, rejected, failed].map(String),
        ...[p50, p95, p99].map((us) => (us === undefined ? '' : formatMs(us))),
      ]),
  };
}

async function diffTable(
  context: ReadContext,
  before: string,
  after: string,
): Promise<IncidentTable> {
  const title = `Changes from ${before} to ${after}`;
  const columns = ['Route', 'Level', 'Change', 'Place'];
  try {
    const { bump, changes } = await diffReleases(await openReleases(context), before, after);
    const note = changes.length === 0 ? 'No change that a client could notice.' : `Bump: ${bump}.`;
    const rows = changes.map(({ route, level, message, path }) => [route, level, message, path]);
    return { title, note, columns, rows };
  } catch (error) {
    return { title, note: printRejection(error), columns, rows: [] };
  }
}

function auditTable(audit: AuditLog, range: Range): IncidentTable {
  const entries = entriesOf(audit, range);
  return {
    title: 'Audit log',
    note: entries.length === 0 ? `${rangeText(range)}. No entry.` : `${rangeText(range)}.`,
    columns: ['Time (UTC)', 'By', 'Action', 'Result', 'Reason', 'Input'],
    rows: entries.map(({ time, actor, action, result, code, reason = '', input }) => [
      formatTime(time),
      actor.name || actor.kind,
      action,
      code === undefined ? result : `${result}: ${code}`,
      reason,
      input === undefined ? '' : JSON.stringify(input),
    ]),
  };
}

function entriesOf(audit: AuditLog, { from, to }: Range): AuditEntry[] {
  const found: AuditEntry[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_AUDIT_PAGES; page++) {
    const { items, next } = audit.list({ limit: AUDIT_PAGE, ...(cursor && { cursor }) });
    found.push(...items.filter(({ time }) => time >= from && time < to));
    cursor = next;
    if (next === undefined || (items.at(-1)?.time ?? 0) < from) break;
  }
  return found;
}

const rangeText = ({ from, to }: Range): string =>
  `${formatTime(from).slice(0, 16)} to ${formatTime(to).slice(11, 16)} UTC`;
