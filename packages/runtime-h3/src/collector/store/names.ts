import type { Row } from '../../data/native-sqlite.ts';
import type { Statements } from './statements.ts';

/** Maximum number of names in the file. A record with a further name gets `_OTHER`. */
const MOST_NAMES = 20_000;
const OTHER = '_OTHER';
const LONGEST_NAME = 512;
/** Minimum milliseconds between two records of the last use of a name. */
const SEEN_INTERVAL = 3_600_000;

/** Numbers of methods, routes and versions. */
export interface Names {
  idOf(name: string, now: number): number;
}

/** Reads the names from the file. Valid until another connection or a rollback changes them. */
export function createNames(on: Statements): Names {
  const known = new Map<string, { id: number; seen: number }>();
  for (const { id, name, seen } of on.all('SELECT id, name, seen FROM names'))
    known.set(name as string, { id: id as number, seen: seen as number });
  const idOf = (text: string, now: number): number => {
    const name = text.length > LONGEST_NAME ? text.slice(0, LONGEST_NAME) : text;
    const found = known.get(name);
    if (found === undefined) {
      if (known.size >= MOST_NAMES && name !== OTHER) return idOf(OTHER, now);
      const [row] = on.all(
        'INSERT INTO names (name, seen) VALUES (?, ?) RETURNING id',
        name,
        now,
      ) as [Row];
      known.set(name, { id: row.id as number, seen: now });
      return row.id as number;
    }
    if (now - found.seen > SEEN_INTERVAL) {
      on.run('UPDATE names SET seen = ? WHERE id = ?', now, found.id);
      found.seen = now;
    }
    return found.id;
  };
  return { idOf };
}

/** Returns the number of a name; `undefined` if no record has it. */
export function findName(on: Statements, name: string): number | undefined {
  return on.all('SELECT id FROM names WHERE name = ?', name.slice(0, LONGEST_NAME))[0]?.id as
    | number
    | undefined;
}

/** Returns all names by their numbers. */
export function readNames(on: Statements): Map<number, string> {
  return new Map(
    on.all('SELECT id, name FROM names').map(({ id, name }) => [id as number, name as string]),
  );
}
