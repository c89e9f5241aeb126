import type { AuditEntry } from '../../api/access.ts';
import type { AuditLog } from '../audit.ts';
import type { Database } from './database.ts';

/** Maximum number of entries, about 50 MB. The oldest are removed first. */
const MAX_ENTRIES = 100_000;

/** Keeps the audit log in the file of the accounts. Nothing changes an entry. */
export function createStoredAudit(database: Database): AuditLog {
  const append = (entry: AuditEntry): number => {
    const { number } = database.get<{ number: number }>(
      'INSERT INTO audit (time, entry) VALUES (?, ?) RETURNING number',
      entry.time,
      JSON.stringify(entry),
    )!;
    database.run('DELETE FROM audit WHERE number <= ?', number - MAX_ENTRIES);
    database.run('DELETE FROM ended WHERE number <= ?', number - MAX_ENTRIES);
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
      const before = /^\d{1,15}$/.test(cursor ?? '') ? Number(cursor) : Number.MAX_SAFE_INTEGER;
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
