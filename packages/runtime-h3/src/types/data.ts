/**
 * A value that an SQL statement can bind. SQLite stores a boolean as 1 or 0 and a `Date` as its ISO
 * text, and returns them in that form.
 */
export type SqlValue = string | number | bigint | boolean | null | undefined | Uint8Array | Date;

/** Result of a statement that changes data. */
export interface RunResult {
  success: boolean;
  /** Number of rows that were inserted, updated or deleted. */
  changes: number;
  /** SQLite only: row id of the last inserted row. For PostgreSQL use `RETURNING`. */
  lastInsertRowid?: number | bigint;
}

/** Result of a tagged statement. */
export interface SqlResult<Row> extends Partial<RunResult> {
  /** Rows of a SELECT, VALUES or RETURNING. Empty for other statements. */
  rows: Row[];
  success: boolean;
}

/** A prepared statement. Values passed to a call replace the bound ones. */
export interface Statement {
  bind(...values: SqlValue[]): Statement;
  all<Row = Record<string, unknown>>(...values: SqlValue[]): Promise<Row[]>;
  get<Row = Record<string, unknown>>(...values: SqlValue[]): Promise<Row | undefined>;
  /**
   * Runs a statement that changes data.
   *
   * @example
   * const { changes } = await gctx.db.prepare('DELETE FROM carts WHERE id = ?').run(id);
   */
  run(...values: SqlValue[]): Promise<RunResult>;
}

/**
 * SQL through db0.
 *
 * @see https://db0.unjs.io
 */
export interface Sql {
  readonly dialect: 'sqlite' | 'postgresql';
  /**
   * Runs one statement. Values are bound and never become part of its text.
   *
   * @example
   * const { rows } = await gctx.db.sql`SELECT * FROM users WHERE id = ${id}`;
   */
  sql<Row = Record<string, unknown>>(
    strings: TemplateStringsArray,
    ...values: SqlValue[]
  ): Promise<SqlResult<Row>>;
  /** Runs one or more statements without bound values. */
  exec(sql: string): Promise<unknown>;
  prepare(sql: string): Statement;
}

/**
 * SQL inside a transaction, until it ends. If the effects are in the same database, pass
 * it as `tx` to `enqueue()`.
 */
export interface Transaction extends Sql {}

/** The app's database. The first use loads the driver and opens the database. */
export interface Database extends Sql {
  /**
   * Runs `work` in a transaction. Commits when `work` resolves, rolls back when it rejects, and
   * settles like `work`. Use `tx` inside: SQLite runs one transaction at a time, so every other
   * statement of this process waits for its end.
   *
   * @throws {GatiError} GATI_DATABASE when another transaction holds SQLite for more than 5 seconds
   */
  transaction<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value>;
}

/** A value that JSON can hold. */
export type StorageValue =
  | string
  | number
  | boolean
  | null
  | StorageValue[]
  | { [key: string]: StorageValue };

/**
 * `Value`, if JSON can hold it. An interface is not a {@link StorageValue}, because it has no index
 * signature, so its properties are checked one by one.
 */
export type Storable<Value> = Value extends StorageValue
  ? Value
  : Value extends ((...args: never) => unknown) | bigint | symbol | StoredDifferently
    ? never
    : Value extends object
      ? {
          [Key in keyof Value]: undefined extends Value[Key]
            ? Storable<Exclude<Value[Key], undefined>> | undefined
            : Storable<Value[Key]>;
        }
      : never;

/** Objects that differ after a round trip through JSON. */
type StoredDifferently =
  | Date
  | RegExp
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBufferView
  | Promise<unknown>;

/**
 * Keys and values through unstorage, opened at the first use. Any text can be a key. The key `a:b`
 * is `b` in the folder `a`, so `a` can't be a key beside it.
 *
 * @throws {GatiError} GATI_STORAGE from each method when the file system rejects it
 *
 * @see https://unstorage.unjs.io
 */
export interface Storage {
  hasItem(key: string): Promise<boolean>;
  /** Resolves to `null` if there is no such key. */
  getItem<Value = StorageValue>(key: string): Promise<Value | null>;
  /** Stores a value that JSON can hold. Its type may be an interface. */
  setItem<Value>(key: string, value: Value & Storable<Value>): Promise<void>;
  removeItem(key: string): Promise<void>;
  /** Resolves to the bytes, or to `null` if there is no such key. */
  getItemRaw(key: string): Promise<Uint8Array | null>;
  setItemRaw(key: string, value: Uint8Array): Promise<void>;
  getKeys(prefix?: string): Promise<string[]>;
  clear(prefix?: string): Promise<void>;
}
