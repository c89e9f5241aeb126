import type { ErrorGroup, Page, PageQuery } from '../../types/telemetry-source.ts';
import { checkPage } from './check-query.ts';
import { toErrorGroup } from './error-groups.ts';
import type { Statements } from './statements.ts';

/**
 * Reads groups in the order of their last errors; groups with equal times are in the order of their
 * ids.
 */
export function readErrors(on: Statements, query: PageQuery): Page<ErrorGroup> {
  checkPage(query);
  const { from, to, limit, cursor } = query;
  const [lastSeen, id] =
    cursor === undefined ? [Number.MAX_SAFE_INTEGER, ''] : parseErrorCursor(cursor);
  const rows = on.all(
    `SELECT * FROM errors WHERE last_seen >= ? AND first_seen < ? AND (last_seen, id) < (?, ?)
     ORDER BY last_seen DESC, id DESC LIMIT ?`,
    from,
    to,
    lastSeen,
    id,
    limit + 1,
  );
  const items = rows.slice(0, limit).map(toErrorGroup);
  const last = items.at(-1);
  return rows.length > limit && last ? { items, next: `${last.lastSeen}-${last.id}` } : { items };
}

function parseErrorCursor(cursor: string): [lastSeen: number, id: string] {
  const [, time, id] = /^(\d{1,15})-([\da-f]{16})$/.exec(cursor) ?? [];
  if (time === undefined || id === undefined)
    throw new RangeError('the cursor is not one of this store');
  return [Number(time), id];
}
