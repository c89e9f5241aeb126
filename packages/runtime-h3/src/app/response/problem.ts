import { STATUS_TITLES } from '@gati/contract';
import type { InputError } from '../../validate/explain.ts';

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

/** What the framework itself refuses, before or behind a handler. Thrown and caught inside the pipeline only. */
export class RequestError {
  readonly status: number;
  readonly code: string;
  readonly extra: Record<string, unknown> | undefined;
  /** Flat list of names and values. */
  readonly headers: string[] | undefined;

  constructor(status: number, code: string, extra?: Record<string, unknown>, headers?: string[]) {
    this.status = status;
    this.code = code;
    this.extra = extra;
    this.headers = headers;
  }
}
