import { databaseError } from './errors.ts';
import type { Bind } from './sql.ts';
import type { Sql, SqlValue } from '../types/data.ts';

/** First integer that does not fit into 64 bits. */
const INTEGER_LIMIT = 2n ** 63n;

/**
 * Returns the function that converts the values of a statement. db0's types allow fewer values than
 * its drivers.
 */
export const bindFor =
  (dialect: Sql['dialect']): Bind =>
  (values: SqlValue[]) =>
    toBound(dialect, values) as never[];

/**
 * Converts values to those that the driver can bind. Drivers treat an object as named parameters or
 * encode it differently, and SQLite on Node 20 ends the process at a boolean.
 *
 * @throws {GatiError} GATI_DATABASE when a value is not an `SqlValue`
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

/** SQLite has numbers, text and bytes. Returns `undefined` if the value can't be bound. */
function toSqlite(value: unknown): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint')
    return value < INTEGER_LIMIT && value >= -INTEGER_LIMIT ? value : undefined;
  if (isValidDate(value)) return value.toISOString();
  return toBytes(value);
}

function toPostgres(value: unknown): SqlValue {
  return typeof value === 'boolean' || typeof value === 'bigint' || isValidDate(value)
    ? value
    : toBytes(value);
}

function isValidDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function toBytes(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : undefined;
}

/** The error names the type and never the value, which may be secret. */
function unsupportedValueError(value: unknown, index: number): Error {
  let type: string = typeof value;
  if (type === 'bigint') type = 'bigint of more than 64 bits';
  else if (value instanceof Date) type = 'invalid Date';
  else if (Array.isArray(value)) type = 'array';
  return databaseError(
    `Value ${index + 1} of an SQL statement has a type that can't be bound: ${type}.`,
    'Bind text, numbers, bigint, boolean, null, Date or Uint8Array. For objects and arrays bind JSON.stringify(value), or one value per element.',
  );
}
