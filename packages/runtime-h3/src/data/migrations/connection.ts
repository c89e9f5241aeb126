import type { Sql } from '../../types/data.ts';

/** A connection for migrations, which nothing else uses. */
export interface MigrationConnection {
  readonly dialect: Sql['dialect'];
  /**
   * Takes the lock of the database, until the connection is closed or its process dies. Returns
   * `false` if another process has it.
   */
  tryLock(): Promise<boolean>;
  /** Runs one or more statements. */
  exec(sql: string): Promise<void>;
  /** Runs one statement. Values are bound to `?`. */
  all(sql: string, ...values: string[]): Promise<Record<string, unknown>[]>;
  /** Whether an error says that a table does not exist. */
  isMissingTable(error: unknown): boolean;
  /** Where in the text of the last `exec` an error is, in UTF-16 units, if the database says so. */
  placeOf(error: unknown): number | undefined;
  close(): Promise<void>;
}
