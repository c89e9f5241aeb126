import type { ServerResponse } from 'node:http';
import { PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import { writeHead } from '../../app/adapters/node-head.ts';
import { EVERY_RESPONSE } from '../../app/response/headers.ts';
import { printProblem } from '../../app/response/problem.ts';
import type { HeaderList } from '../../types/exchange.ts';

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
