import { leastStep } from '../../telemetry/record/metric-steps.ts';
import type { PageQuery, TimeRange } from '../../types/telemetry-source.ts';

const MOST_ITEMS = 1000;
const LONGEST_FILTER = 1000;

/**
 * Checks the parameters that all queries have in common. The read API checks them before; this
 * check is for other callers.
 *
 * @throws {RangeError} when a value is invalid
 */
export function checkRange({ from, to }: TimeRange): void {
  if (!Number.isFinite(from) || !Number.isFinite(to) || from > to)
    throw new RangeError(`from (${from}) and to (${to}) must be times, the earlier one first`);
}

/** @throws {RangeError} when a value is invalid */
export function checkPage(query: PageQuery): void {
  checkRange(query);
  const { limit } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ITEMS)
    throw new RangeError(`limit must be a whole number from 1 to ${MOST_ITEMS}, but is ${limit}`);
}

/** @throws {RangeError} when a value is invalid */
export function checkStep({ from, to, step }: TimeRange & { step: number }): void {
  checkRange({ from, to });
  const least = leastStep({ from, to });
  const isWholeRange = step >= to - from;
  if (!Number.isInteger(step) || step < 1 || (step < least && !isWholeRange))
    throw new RangeError(
      `step must be at least ${least} whole milliseconds in this range, but is ${step}`,
    );
}

/** @throws {RangeError} when a string is too long */
export function checkText(name: string, text: string | undefined): void {
  if (text !== undefined && (typeof text !== 'string' || text.length > LONGEST_FILTER))
    throw new RangeError(`${name} must be a string of at most ${LONGEST_FILTER} characters`);
}

/**
 * Returns the id before which a page continues.
 *
 * @throws {RangeError} when the cursor is not one of this store
 */
export function parseCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const id = /^\d{1,16}$/.test(cursor) ? Number(cursor) : Number.NaN;
  if (!Number.isSafeInteger(id)) throw new RangeError('the cursor is not one of this store');
  return id;
}
