import { STATUS_TITLES } from '@gati/contract/internal';
import { stringifyWire } from '../../validate/encode.ts';
import type { InputError } from '../../validate/explain.ts';

/** Problem details (RFC 9457) with a code for programs. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  errors?: InputError[];
  [extension: string]: unknown;
}

/** Returns a problem. `extra` may override `type` and `title`, but not `status` and `code`. */
export function toProblem(status: number, code: string, extra?: Record<string, unknown>): Problem {
  const title = STATUS_TITLES[status] ?? (status < 500 ? 'Client Error' : 'Server Error');
  return { type: 'about:blank', title, ...extra, status, code };
}

/**
 * Prints a problem as JSON. `extra` may contain any value that a handler may send, such as bigint.
 */
export function printProblem(
  status: number,
  code: string,
  extra?: Record<string, unknown>,
): string {
  return stringifyWire(toProblem(status, code, extra), true);
}
