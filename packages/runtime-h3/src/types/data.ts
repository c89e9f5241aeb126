/** What SQL takes. SQLite keeps a boolean as 1 or 0 and a `Date` as its ISO text, and gives them so. */
export type SqlValue = string | number | bigint | boolean | null | undefined | Uint8Array | Date;

export interface SqlResult<Row> {
  /** Of a SELECT, and of RETURNING. */
  rows?: Row[];
  success: boolean;
}

export interface Statement {
  bind(...values: SqlValue[]): Statement;
  all<Row = Record<string, unknown>>(...values: SqlValue[]): Promise<Row[]>;
  get<Row = Record<string, unknown>>(...values: SqlValue[]): Promise<Row | undefined>;
  run(...values: SqlValue[]): Promise<{ success: boolean }>;
}

/** SQL through db0 (https://db0.unjs.io). */
export interface Sql {
  readonly dialect: 'sqlite' | 'postgresql';
  /** Values are bound, never spliced into the text: sql`SELECT * FROM users WHERE id = ${id}`. */
  sql<Row = Record<string, unknown>>(
    strings: TemplateStringsArray,
    ...values: SqlValue[]
  ): Promise<SqlResult<Row>>;
  /** One or more statements as they stand. */
  exec(sql: string): Promise<unknown>;
  prepare(sql: string): Statement;
}

/** SQL within a transaction, until that ends. With effects in the same PostgreSQL database it is the `tx` of an enqueue. */
export interface Transaction extends Sql {}

/** The driver is loaded and the database opened at the first use. */
export interface Database extends Sql {
  /**
   * Commits when `work` resolves, rolls back when it rejects, and gives what it gave. Inside, use `tx`: SQLite does one transaction
   * at a time, so that what else this process asks waits for its end, for up to 5 seconds.
   */
  transaction<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value>;
}

export type StorageValue =
  | string
  | number
  | boolean
  | null
  | StorageValue[]
  | { [key: string]: StorageValue };

/** Keys and values through unstorage (https://unstorage.unjs.io), opened at the first use. `a:b` is `b` in the folder `a`. */
export interface Storage {
  hasItem(key: string): Promise<boolean>;
  /** `null`: there is none. */
  getItem<Value = StorageValue>(key: string): Promise<Value | null>;
  setItem(key: string, value: StorageValue): Promise<void>;
  removeItem(key: string): Promise<void>;
  /** Bytes. */
  getItemRaw(key: string): Promise<Uint8Array | null>;
  setItemRaw(key: string, value: Uint8Array): Promise<void>;
  getKeys(prefix?: string): Promise<string[]>;
  clear(prefix?: string): Promise<void>;
}
