import { databaseError } from './errors.ts';
import type { Bind } from './sql.ts';
import type { Sql, SqlValue } from '../types/data.ts';

const LONGEST = 2n ** 63n;

/** db0's types name fewer values than its drivers take. */
export const toBind =
  (dialect: Sql['dialect']): Bind =>
  (values: SqlValue[]) =>
    toBound(dialect, values) as never[];

/**
 * What the driver binds. Drivers take an object for a bag of named parameters or encode it as they like, and the one of SQLite on Node 20
 * ends the process at a boolean, so that no value reaches one as it came. Throws `GATI_DATABASE` for what is no `SqlValue`.
 */
export function toBound(dialect: Sql['dialect'], values: readonly SqlValue[]): SqlValue[] {
  const convert = dialect === 'sqlite' ? toSqlite : toPostgres;
  return values.map((value, index) => {
    if (value === undefined || value === null) return null;
    if (typeof value === 'string' || typeof value === 'number') return value;
    const bound = convert(value);
    if (bound === undefined) throw unsupportedValueError(value, index);
    return bound;
  });
}

/** SQLite has numbers, texts and bytes. `undefined`: it can't be bound. */
function toSqlite(value: unknown): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return value < LONGEST && value >= -LONGEST ? value : undefined;
  if (isTime(value)) return value.toISOString();
  return toBytes(value);
}

function toPostgres(value: unknown): SqlValue {
  return typeof value === 'boolean' || typeof value === 'bigint' || isTime(value)
    ? value
    : toBytes(value);
}

function isTime(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function toBytes(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : undefined;
}

/** Names the kind and never the value, which may be a secret. */
function unsupportedValueError(value: unknown, index: number): Error {
  let kind: string = typeof value;
  if (kind === 'bigint') kind = 'bigint of more than 64 bits';
  else if (value instanceof Date) kind = 'invalid Date';
  else if (Array.isArray(value)) kind = 'array';
  return databaseError(
    `Value ${index + 1} of an SQL statement has a type that can't be bound: ${kind}.`,
    'Bind text, numbers, bigint, boolean, null, Date or Uint8Array. For objects and arrays bind JSON.stringify(value), or one value per element.',
  );
}
