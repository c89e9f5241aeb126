import type { ServerResponse } from 'node:http';
import { PROBLEM_MEDIA_TYPE, STATUS_TITLES } from '@gati/contract/internal';
import type { HeaderList } from '../../types/exchange.ts';
import { stringifyWire } from '../../validate/encode.ts';
import type { InputError } from '../../validate/explain.ts';
import { writeHead } from '../adapters/node-head.ts';
import { EVERY_RESPONSE } from './headers.ts';

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
  return stringifyWire(toProblem(status, code, extra));
}

/** Responds with a problem on a response of Node, outside of the app. */
export function writeProblem(
  res: ServerResponse,
  status: number,
  code: string,
  extra?: Record<string, unknown>,
  headers: HeaderList = [],
): void {
  const text = printProblem(status, code, extra);
  const own = [
    'content-type',
    PROBLEM_MEDIA_TYPE,
    'content-length',
    String(Buffer.byteLength(text)),
  ];
  writeHead(res, status, [...own, ...headers, ...EVERY_RESPONSE]).end(text);
}

/**
 * Error response of the framework itself, before or after the handler. It is thrown and caught
 * inside the pipeline; handlers never see it.
 */
export class RequestError {
  readonly status: number;
  readonly code: string;
  readonly extra: Record<string, unknown> | undefined;
  readonly headers: HeaderList | undefined;

  constructor(status: number, code: string, extra?: Record<string, unknown>, headers?: HeaderList) {
    this.status = status;
    this.code = code;
    this.extra = extra;
    this.headers = headers;
  }
}
