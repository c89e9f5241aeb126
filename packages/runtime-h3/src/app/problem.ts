import type { InputError } from '../validate/explain.ts';

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

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  423: 'Locked',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** `status` and `code` stand; `extra` may say a better `type` or `title`. */
export function toProblem(status: number, code: string, extra?: Record<string, unknown>): Problem {
  const title = TITLES[status] ?? (status < 500 ? 'Client Error' : 'Server Error');
  return { type: 'about:blank', title, ...extra, status, code };
}

/** What the framework itself refuses, before or behind a handler. Thrown and caught inside the pipeline only. */
export class Refusal {
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
