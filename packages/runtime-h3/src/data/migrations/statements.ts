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

const PARTS = new RegExp(`${QUOTED.source}|;`, 'g');

/**
 * Splits a file at its semicolons outside of quotes and comments. The body of a trigger is split
 * too.
 */
export function splitStatements(sql: string): FileStatement[] {
  const statements: FileStatement[] = [];
  let start = 0;
  const add = (end: number): void => {
    const text = sql.slice(start, end);
    if (hideQuoted(text).trim() !== '') statements.push({ text, start });
    start = end + 1;
  };
  for (const { 0: part, index } of sql.matchAll(PARTS)) if (part === ';') add(index);
  add(sql.length);
  return statements;
}

/** A statement that begins or ends a transaction. */
const ENDS =
  /^(?:commit\b|rollback\b|abort\b|end\s+(?:transaction|work)\b|prepare\s+transaction\b|start\s+transaction\b|begin(?:\s+(?:transaction|immediate|exclusive|deferred|work))?$)/i;

/** Returns the statement of a file that would end the transaction around it. */
export function findTransactionStatement(sql: string): FileStatement | undefined {
  return splitStatements(sql).find(({ text }) => ENDS.test(hideQuoted(text).trim()));
}

/** Replaces quoted texts and comments by spaces. */
const hideQuoted = (sql: string): string =>
  sql.replaceAll(QUOTED, (part) => ' '.repeat(part.length));

/** Returns the line of a place in a text; the first line is 1. */
export const lineAt = (text: string, place: number): number =>
  text.slice(0, place).split('\n').length;
