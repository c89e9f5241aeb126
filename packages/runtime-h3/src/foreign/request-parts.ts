import { ModuleFailure } from './module-error.ts';
import type { SourceCall } from './source.ts';

/**
 * Prints a value as JSON; `undefined` stays.
 *
 * @param what names the value in the error: `the input`
 * @throws {ModuleFailure} when the text has more than `most` bytes
 */
export function printInput(what: string, value: unknown, most: number): string | undefined {
  const text = value === undefined ? undefined : JSON.stringify(value);
  if (text !== undefined && Buffer.byteLength(text) > most)
    throw new ModuleFailure('failed', `${what} has more than ${most} bytes.`, false);
  return text;
}

/** Returns the headers that a call has in every protocol, names and values in turn. */
export function callHeaders(
  { idempotencyKey, traceparent }: Pick<SourceCall, 'idempotencyKey' | 'traceparent'>,
  body: string | undefined,
): string[] {
  return [
    ...(body === undefined ? [] : ['content-type', 'application/json']),
    ...(idempotencyKey === undefined ? [] : ['idempotency-key', idempotencyKey]),
    ...(traceparent === undefined ? [] : ['traceparent', traceparent]),
  ];
}
