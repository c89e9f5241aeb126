import type { Statements } from './statements.ts';

/** Ids per millisecond. With them an id is a safe integer until the year 2109. */
const PER_MILLISECOND = 2048;

/** Largest time that has ids: 2 to the power of 42. */
export const LAST_TIME: number = 2 ** 42 - 2;

/** Returns the lowest id of a millisecond. */
export function firstId(time: number): number {
  return Math.min(Math.max(0, Math.ceil(time)), LAST_TIME) * PER_MILLISECOND;
}

export function timeOfId(id: number): number {
  return Math.floor(id / PER_MILLISECOND);
}

/** Draws ids of records: the time, and a number among the records of that millisecond. */
export interface RecordIds {
  /** @param time whole milliseconds */
  draw(time: number): number;
}

/**
 * Creates the ids of one transaction. Requests, spans and logs share them. A millisecond that is full
 * continues in the next one.
 *
 * @param newest greatest id in the file
 */
export function createRecordIds(on: Statements, newest: number): RecordIds {
  const next = new Map<number, number>();
  const draw = (time: number): number => {
    let id = next.get(time);
    if (id === undefined) {
      const first = time * PER_MILLISECOND;
      id = first > newest ? first : Math.max(first, newestId(on, first + PER_MILLISECOND) + 1);
    }
    if (timeOfId(id) > time) {
      next.set(time, id);
      return draw(time + 1);
    }
    next.set(time, id + 1);
    return id;
  };
  return { draw };
}

/** Returns the greatest id below a bound. */
export function newestId(on: Statements, before: number): number {
  const row = on.all(
    `SELECT max(
       ifnull((SELECT max(id) FROM requests WHERE id < ?1), 0),
       ifnull((SELECT max(id) FROM spans WHERE id < ?1), 0),
       ifnull((SELECT max(id) FROM logs WHERE id < ?1), 0),
       ifnull((SELECT max(id) FROM captures WHERE id < ?1), 0)) AS id`,
    before,
  )[0]!;
  return row.id as number;
}
