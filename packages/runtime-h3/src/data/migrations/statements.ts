import type { Sql } from '../../types/data.ts';
import { QUOTED } from '../quoted-sql.ts';

/** A line that says that a migration runs without a transaction. */
const WITHOUT_TRANSACTION = /^[ \t]*--[ \t]*gati:[ \t]*no-transaction[ \t]*$/m;

export const isWithoutTransaction = (sql: string): boolean => WITHOUT_TRANSACTION.test(sql);

/** One statement of a file. */
export interface FileStatement {
  text: string;
  /** Where it begins in the file, in UTF-16 units. */
  start: number;
}

/** The start of a statement whose body has semicolons and ends with `END`. */
const HAS_BODY: Record<Sql['dialect'], RegExp> = {
  // https://www.sqlite.org/lang_createtrigger.html
  sqlite: /^create\s+(?:temp\s+|temporary\s+)?trigger\b/i,
  // https://www.postgresql.org/docs/current/sql-createfunction.html, `sql_body`
  postgresql: /^create\b.*\bbegin\s+atomic\b(?!\s+end$)/is,
};

/**
 * Splits a file at its semicolons outside of quotes, comments, and the bodies of triggers and
 * functions.
 */
export function splitStatements(sql: string, dialect: Sql['dialect']): FileStatement[] {
  const statements: FileStatement[] = [];
  const visible = hideQuoted(sql);
  let start = 0;
  let isInBody = false;
  let part = 0;
  while (part <= sql.length) {
    const semicolon = visible.indexOf(';', part);
    const end = semicolon === -1 ? sql.length : semicolon;
    const words = visible.slice(part, end).trim();
    isInBody = isInBody ? !/^end$/i.test(words) : HAS_BODY[dialect].test(words);
    part = end + 1;
    if (isInBody && semicolon !== -1) continue;
    if (visible.slice(start, end).trim() !== '')
      statements.push({ text: sql.slice(start, end), start });
    start = part;
  }
  return statements;
}

/** Statement that begins or ends a transaction. `END` means `COMMIT`. */
const ENDS = /^(?:(?:commit|rollback|abort|end|begin)\b|(?:prepare|start)\s+transaction\b)/i;

/** Returns the statement of a file that would end the transaction around it. */
export function findTransactionStatement(
  sql: string,
  dialect: Sql['dialect'],
): FileStatement | undefined {
  return splitStatements(sql, dialect).find(({ text }) => ENDS.test(hideQuoted(text).trim()));
}

/** Replaces quoted texts and comments by spaces. */
const hideQuoted = (sql: string): string =>
  sql.replaceAll(QUOTED, (part) => ' '.repeat(part.length));

/** Returns the line of a place in a text; the first line is 1. */
export const lineAt = (text: string, place: number): number =>
  text.slice(0, place).split('\n').length;
