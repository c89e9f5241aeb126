import { type Check, checkDepth, Mismatch } from './checks.ts';

/**
 * A parsed document, or the reason why it can't be read: the end of the sentence "it can't be read:
 * …".
 */
export type Parsed<Value> = { value: Value } | { fault: string };

/**
 * Parses a JSON document that a store, a queue or a disk returned, within bounds. Never throws.
 *
 * @param text `undefined`: there is no document
 * @param check decides whether the value is a `Value`
 * @param most maximum number of characters
 * @example
 * const parsed = parseDocument<StoreHead>(text, head, 1_000_000);
 * if ('fault' in parsed) throw damagedError(parsed.fault);
 */
export function parseDocument<Value>(
  text: string | undefined,
  check: Check,
  most: number,
): Parsed<Value> {
  if (text === undefined) return { fault: 'it is missing' };
  if (text.length > most) return { fault: `it has more than ${most} characters` };
  if (text.trim() === '') return { fault: 'it is empty' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'it is not JSON' };
  }
  try {
    checkDepth(value);
    check(value, '');
  } catch (error) {
    if (error instanceof Mismatch) return { fault: error.message };
    throw error;
  }
  return { value: value as Value };
}
