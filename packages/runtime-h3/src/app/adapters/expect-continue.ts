import type { IncomingMessage, ServerResponse } from 'node:http';

/** Requests whose client waits for `100 Continue` before it sends its body. */
const waiting = new WeakSet<IncomingMessage>();

/** Leaves `100 Continue` to the reader of the body. Node would send it before the app sees the request. */
export function deferContinue(req: IncomingMessage): void {
  waiting.add(req);
}

/** Sends `100 Continue` if the client waits for it before it sends its body. */
export function sendContinue(req: IncomingMessage, res: ServerResponse): void {
  if (waiting.delete(req)) res.writeContinue();
}
