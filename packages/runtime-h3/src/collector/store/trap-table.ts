import { randomBytes } from 'node:crypto';
import { GatiError } from '@gati/contract';
import type { Row } from '../../data/native-sqlite.ts';
import type { CaptureRecord } from '../../types/capture.ts';
import {
  type ArmedTrap,
  type Catch,
  LONGEST_TRAP,
  MOST_ARMED,
  MOST_CATCHES,
  type Trap,
  type TrapCondition,
  type TrapDetail,
  type TrapRequest,
} from '../../types/trap.ts';
import { firstId } from './record-ids.ts';
import type { Statements } from './statements.ts';

/** Maximum number of traps in the file. Older ones make way. */
const MOST_TRAPS = 200;
const LEAST_TIME = 1000;

/** Returns the traps, newest first. */
export function listTraps(on: Statements, now: number): Trap[] {
  return on
    .all('SELECT * FROM traps ORDER BY created DESC, id LIMIT ?', MOST_TRAPS)
    .map((row) => toTrap(row, now));
}

/** Returns the traps as processes need them. */
export function armedTraps(on: Statements, now: number): ArmedTrap[] {
  return on
    .all('SELECT * FROM traps WHERE expires > ? AND kept < most ORDER BY created, id', now)
    .map((row) => {
      const { id, where, limit, kept, expiresAt } = toTrap(row, now);
      return { id, where, left: limit - kept, within: expiresAt - now };
    });
}

export function readTrap(on: Statements, id: string, now: number): TrapDetail | undefined {
  const [row] = on.all('SELECT * FROM traps WHERE id = ?', id);
  if (!row) return undefined;
  const trap = toTrap(row, now);
  const catches = on
    .all(
      'SELECT record FROM captures WHERE id >= ? AND instr(record, ?) > 0 ORDER BY id LIMIT ?',
      firstId(trap.createdAt - LONGEST_TRAP),
      `"${id}"`,
      MOST_CATCHES,
    )
    .map(({ record }) => JSON.parse(record as string) as CaptureRecord)
    .filter(({ traps }) => traps?.includes(id));
  return { ...trap, catches: catches.map(toCatch) };
}

/** @throws {GatiError} GATI_TRAP when its limits are exceeded, or too many are armed */
export function addTrap(
  on: Statements,
  { where, limit, within, by }: TrapRequest,
  now: number,
): Trap {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_CATCHES)
    throw trapError(
      `A trap catches 1 to ${MOST_CATCHES} requests or runs, not ${limit}.`,
      'Use a smaller number, and arm the trap again later.',
    );
  if (!(within >= LEAST_TIME && within <= LONGEST_TRAP))
    throw trapError(
      `A trap lasts from 1 second to 24 hours, not ${within} ms.`,
      'Use a shorter time, and arm the trap again later.',
    );
  if (armedTraps(on, now).length >= MOST_ARMED)
    throw trapError(
      `${MOST_ARMED} traps are armed, which is the maximum.`,
      'Remove one with `trap remove ID`, or wait until one expires.',
    );
  const id = randomBytes(6).toString('hex');
  const expires = Math.floor(now + within);
  on.run(
    'INSERT INTO traps VALUES (?, ?, ?, ?, 0, ?)',
    id,
    now,
    expires,
    limit,
    JSON.stringify({ where, by: by.slice(0, 200) }),
  );
  on.run(
    'DELETE FROM traps WHERE id IN (SELECT id FROM traps ORDER BY created DESC LIMIT -1 OFFSET ?)',
    MOST_TRAPS,
  );
  const [row] = on.all('SELECT * FROM traps WHERE id = ?', id) as [Row];
  return toTrap(row, now);
}

export const removeTrap = (on: Statements, id: string): boolean =>
  on.run('DELETE FROM traps WHERE id = ?', id) > 0;

/**
 * Counts a capture for the traps that caught it. Returns the capture with the traps that still want
 * it; `undefined` if none does. All processes of the server share the count.
 */
export function countCapture(
  on: Statements,
  capture: CaptureRecord,
  now: number,
): CaptureRecord | undefined {
  if (capture.traps === undefined) return capture;
  const traps = capture.traps.filter(
    (id) =>
      on.run(
        'UPDATE traps SET kept = kept + 1 WHERE id = ? AND kept < most AND expires > ?',
        id,
        now,
      ) > 0,
  );
  return traps.length > 0 ? { ...capture, traps } : undefined;
}

function toTrap(row: Row, now: number): Trap {
  const { where, by } = JSON.parse(row.trap as string) as { where: TrapCondition; by: string };
  const limit = row.most as number;
  const kept = row.kept as number;
  const expiresAt = row.expires as number;
  return {
    id: row.id as string,
    title: describeCondition(where),
    where,
    limit,
    kept,
    createdAt: row.created as number,
    expiresAt,
    by,
    state: kept >= limit ? 'full' : expiresAt > now ? 'armed' : 'expired',
  };
}

/** `POST /orders, status 5xx, from 200 ms` */
function describeCondition(where: TrapCondition): string {
  const { method, route, status, version, minUs, header, effect, outcome } = where;
  const parts = [
    [method, route].filter(Boolean).join(' '),
    effect === undefined ? '' : `effect ${effect}`,
    outcome ?? '',
    status === undefined ? '' : `status ${status}`,
    version === undefined ? '' : `version ${version}`,
    minUs === undefined ? '' : `from ${minUs / 1000} ms`,
    header === undefined ? '' : `with the header ${header}`,
  ];
  return parts.filter((part) => part !== '').join(', ') || 'every request';
}

function toCatch(capture: CaptureRecord): Catch {
  const { traceId, time, us, version } = capture;
  const isRun = capture.kind === 'run';
  return {
    traceId,
    time,
    us,
    subject: isRun ? capture.effect : `${capture.method} ${capture.route || capture.target}`,
    result: isRun ? capture.outcome : String(capture.status),
    version,
  };
}

const trapError = (message: string, fix: string): GatiError =>
  new GatiError({ code: 'GATI_TRAP', message, fix });
