import { redactUrls } from '@gati/contract/internal';
import { isSecretName } from './secret-name.ts';
import { toSourceStack } from './source-stack.ts';

const MAX_DEPTH = 8;
const MAX_ITEMS = 100;

/**
 * Copies a value for the log. Hides values of secret-looking keys and passwords in URLs, converts errors and values that
 * JSON does not support, and limits depth and length.
 */
export function redact(value: unknown): unknown {
  return copy(value, 0);
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return redactUrls(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    const { code } = value as { code?: unknown };
    return {
      name,
      // A program may set the members of an error to anything.
      message: copy(message, depth + 1),
      code: copy(code, depth + 1),
      stack: typeof stack === 'string' ? redactUrls(toSourceStack(stack)) : undefined,
      cause: cause === undefined ? undefined : copy(cause, depth + 1),
    };
  }
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Set) return copy([...value], depth);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => copy(item, depth + 1));
  const entries =
    value instanceof Map
      ? [...value].map(([key, item]) => [String(key), item] as const)
      : Object.entries(value);
  return Object.fromEntries(
    entries
      .slice(0, MAX_ITEMS)
      .map(([key, item]) => [
        key,
        item !== undefined && isSecretName(key) ? '[redacted]' : copy(item, depth + 1),
      ]),
  );
}
