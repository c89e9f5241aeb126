import type { Duplex } from 'node:stream';
import { toProblem } from '../../app/response/problem.ts';

/** Answers on a bare socket, which Node has no answer for, and ends it. */
export function endWithProblem(
  socket: Duplex,
  status: number,
  code: string,
  detail?: string,
): void {
  const problem = toProblem(status, code, detail === undefined ? undefined : { detail });
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${status} ${problem.title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    // Who does not read on would hold the connection.
    () => socket.destroy(),
  );
}
