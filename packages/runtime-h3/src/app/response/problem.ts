import type { ServerResponse } from 'node:http';
import { PROBLEM_MEDIA_TYPE, STATUS_TITLES } from '@gati/contract/internal';
import type { HeaderList } from '../../types/exchange.ts';
import { stringifyWire } from '../../validate/encode.ts';
import type { InputError } from '../../validate/explain.ts';
import { writeHead } from '../adapters/node-head.ts';
import { EVERY_RESPONSE } from './headers.ts';

/** RFC 9457, with a code for programs. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  errors?: InputError[];
  [extension: string]: unknown;
}

/** `status` and `code` stand; `extra` may say a better `type` or `title`. */
export function toProblem(status: number, code: string, extra?: Record<string, unknown>): Problem {
  const title = STATUS_TITLES[status] ?? (status < 500 ? 'Client Error' : 'Server Error');
  return { type: 'about:blank', title, ...extra, status, code };
}

/** The JSON text of a problem. `extra` may have what a handler may send: bigint, `Set`, bytes. */
export function printProblem(
  status: number,
  code: string,
  extra?: Record<string, unknown>,
): string {
  return stringifyWire(toProblem(status, code, extra));
}

/** Responds with a problem on Node's own response, outside of the app. */
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

/** What the framework itself refuses, before or behind a handler. Thrown and caught inside the pipeline only. */
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
