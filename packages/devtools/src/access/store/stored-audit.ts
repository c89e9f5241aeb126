import { randomInt } from 'node:crypto';
import type { AuditEntry } from '../../api/access.ts';
import type { AuditLog } from '../audit.ts';
import type { Database } from './database.ts';

/** Maximum number of entries, about 50 MB. The oldest are removed first. */
const MAX_ENTRIES = 100_000;

/** Keeps the audit log in the file of the accounts. Nothing changes an entry. */
export function createStoredAudit(database: Database, maxEntries: number = MAX_ENTRIES): AuditLog {
  const append = (entry: AuditEntry): number => {
    const number = nextNumber(database);
    database.run(
      'INSERT INTO audit (number, time, entry) VALUES (?, ?, ?)',
      number,
      entry.time,
      JSON.stringify(entry),
    );
    const oldest = database.get<{ number: number }>(
      'SELECT number FROM audit ORDER BY number DESC LIMIT 1 OFFSET ?',
      maxEntries,
    );
    if (oldest) {
      database.note('DELETE FROM audit WHERE number <= ?', oldest.number);
      database.note('DELETE FROM ended WHERE number <= ?', oldest.number);
    }
    return number;
  };
  return {
    append: (entry) => void append(entry),
    begin(entry) {
      const number = append(entry);
      return (result) => {
        append(result);
        database.run('INSERT INTO ended (number) VALUES (?)', number);
      };
    },
    list({ limit, cursor }) {
      const before = /^\d{1,16}$/.test(cursor ?? '') ? Number(cursor) : Number.MAX_SAFE_INTEGER;
      const rows = database.all<{ number: number; entry: string }>(
        'SELECT number, entry FROM audit WHERE number < ? AND number NOT IN (SELECT number FROM ended) ORDER BY number DESC LIMIT ?',
        before,
        limit + 1,
      );
      const items = rows.slice(0, limit).map(({ entry }) => JSON.parse(entry) as AuditEntry);
      const hasMore = rows.length > limit;
      return { items, ...(hasMore && { next: String(rows[limit - 1]!.number) }) };
    },
  };
}

/** Numbers per millisecond. The numbers of this century are exact. */
const PER_MILLISECOND = 2048;

/**
 * Returns a number higher than all others. Numbers contain a random part, so processes that share
 * the log don't use the same number.
 */
function nextNumber(database: Database): number {
  const last = database.get<{ number: number }>(
    'SELECT number FROM audit ORDER BY number DESC LIMIT 1',
  );
  const own = Date.now() * PER_MILLISECOND + randomInt(PER_MILLISECOND);
  return Math.max(own, (last?.number ?? 0) + 1 + randomInt(PER_MILLISECOND));
}
