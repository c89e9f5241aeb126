import { GatiError } from '@gati/contract';
import type { CommandResult } from '../../command/output.ts';
import type { Style } from '../../command/style.ts';
import { type Column, printTable } from '../../command/table.ts';
import { usageError } from '../../command/usage-error.ts';
import { RUN_OUTCOMES } from '../../types/run-outcome.ts';
import {
  DEFAULT_TRAP_TIME,
  type Trap,
  TRAP_ID,
  type TrapCondition,
  type TrapDetail,
} from '../../types/trap.ts';
import { formatMs, formatTime } from './format.ts';
import { readSlower, readSpan, readStatus, type TelemetryFlags } from './read-flags.ts';
import type { TelemetryReader } from './reader.ts';

/** Requests or runs that a trap catches by default. */
const DEFAULT_LIMIT = '5';
const ACTIONS = ['add', 'list', 'show', 'remove'];

const COLUMNS: Column[] = [
  { title: 'id' },
  { title: 'state' },
  { title: 'caught', isRight: true },
  { title: 'expires' },
  { title: 'by' },
  { title: 'catches' },
];

interface TrapCall {
  words: string[];
  flags: TelemetryFlags;
  style: Style;
}

/** `trap add`, `trap list`, `trap show ID` and `trap remove ID`. */
export function trap({
  words,
  flags,
  style,
}: TrapCall): (source: TelemetryReader) => Promise<CommandResult> {
  const [action = 'list', id, ...more] = words;
  if (!ACTIONS.includes(action))
    throw usageError(`\`trap\` can't \`${action}\``, `Use one of ${ACTIONS.join(', ')}.`);
  if (more.length > 0 || (id !== undefined && (action === 'add' || action === 'list')))
    throw usageError(
      `unexpected argument \`${more[0] ?? id}\``,
      'Conditions are options; see `--help`.',
    );
  if (action === 'list')
    return async ({ traps }) => {
      const list = await traps.list();
      const rows = list.map((each) => toRow(each, style));
      return {
        lines: list.length > 0 ? printTable(COLUMNS, rows, style) : ['There are no traps.'],
        document: { traps: list },
        code: 0,
      };
    };
  if (action === 'add') return add(flags, style);
  const known = readTrapId(id);
  if (action === 'remove')
    return async ({ traps }) => {
      if (!(await traps.remove(known))) throw unknownTrapError(known);
      return { lines: [`removed ${known}`], document: { removed: known }, code: 0 };
    };
  return async ({ traps }) => {
    const found = await traps.get(known);
    if (found === undefined) throw unknownTrapError(known);
    return { lines: printDetail(found, style), document: found, code: 0 };
  };
}

function add(
  flags: TelemetryFlags,
  style: Style,
): (source: TelemetryReader) => Promise<CommandResult> {
  const where = readCondition(flags);
  const { limit = DEFAULT_LIMIT } = flags;
  if (!/^\d{1,6}$/.test(limit))
    throw usageError(`\`--limit=${limit}\` can't be used`, 'Write a number from 1 to 100.');
  const within = flags.for === undefined ? DEFAULT_TRAP_TIME : readSpan('for', flags.for);
  return async ({ traps }) => {
    const by = 'command line';
    const added = await traps.add({ where, limit: Number(limit), within, by });
    return {
      lines: [
        `armed ${style.bold(added.id)}: catches ${added.limit} × ${added.title}, until ${formatTime(added.expiresAt)}; servers know it within a second`,
      ],
      document: added,
      code: 0,
    };
  };
}

function readCondition(flags: TelemetryFlags): TrapCondition {
  const { method, route, version, header, effect, outcome } = flags;
  const known = RUN_OUTCOMES.find((each) => each === outcome);
  if (outcome !== undefined && known === undefined)
    throw usageError(
      `\`--outcome=${outcome}\` can't be used`,
      `Use one of ${RUN_OUTCOMES.join(', ')}.`,
    );
  const isForRuns = effect !== undefined || known !== undefined;
  if (isForRuns && (method ?? route ?? flags.status ?? header) !== undefined)
    throw usageError(
      'a trap is for requests or for runs of effects',
      'Leave out `--effect` and `--outcome`, or `--method`, `--route`, `--status` and `--header`.',
    );
  return {
    ...readStatus(flags.status),
    ...readSlower(flags.slower),
    ...(method !== undefined && { method }),
    ...(route !== undefined && { route }),
    ...(version !== undefined && { version }),
    ...(header !== undefined && { header: header.toLowerCase() }),
    ...(effect !== undefined && { effect }),
    ...(known !== undefined && { outcome: known }),
  };
}

function toRow({ id, state, kept, limit, expiresAt, by, title }: Trap, style: Style): string[] {
  const paint = state === 'armed' ? style.green : style.dim;
  return [id, paint(state), `${kept}/${limit}`, formatTime(expiresAt), by, title];
}

function printDetail(found: TrapDetail, style: Style): string[] {
  const rows = found.catches.map(({ time, us, subject, result, traceId }) => [
    formatTime(time),
    subject,
    result,
    `${formatMs(us)} ms`,
    traceId,
  ]);
  return [
    ...printTable(COLUMNS, [toRow(found, style)], style),
    '',
    ...(rows.length > 0
      ? printTable(
          ['time', 'request or run', 'result', 'duration', 'trace'].map((title) => ({ title })),
          rows,
          style,
        )
      : ['It has caught nothing yet.']),
  ];
}

function readTrapId(text: string | undefined): string {
  if (text === undefined || !TRAP_ID.test(text))
    throw usageError(
      text === undefined ? 'the id of a trap is missing' : `\`${text}\` is not the id of a trap`,
      '`trap list` shows the ids.',
    );
  return text;
}

const unknownTrapError = (id: string): GatiError =>
  new GatiError({
    code: 'GATI_TRAP',
    message: `There is no trap ${id}.`,
    fix: '`trap list` shows the traps. Old ones are removed.',
  });
