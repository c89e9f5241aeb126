import type { Duplex } from 'node:stream';
import { PROBLEM_MEDIA_TYPE, STATUS_TITLES } from '@gati/contract/internal';
import { EVERY_RESPONSE, printHeaders } from '../../app/response/headers.ts';
import { printProblem } from '../../app/response/problem.ts';

/** Responds with a problem on a bare socket, for which Node has no response object, and ends it. */
export function endWithProblem(
  socket: Duplex,
  status: number,
  code: string,
  detail?: string,
): void {
  const body = printProblem(status, code, detail === undefined ? undefined : { detail });
  const headers = [
    'Connection',
    'close',
    'Content-Type',
    PROBLEM_MEDIA_TYPE,
    'Content-Length',
    String(Buffer.byteLength(body)),
    ...EVERY_RESPONSE,
  ];
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_TITLES[status]}\r\n${printHeaders(headers)}\r\n${body}`,
    // A client that does not read would hold the connection.
    () => socket.destroy(),
  );
}
