import type { IncomingMessage, ServerResponse } from 'node:http';

/** Requests whose client waits for `100 Continue` before it sends its body. */
const waiting = new WeakSet<IncomingMessage>();

/** Leaves `100 Continue` to the reader of the body. Node would send it before the app sees the request. */
export function deferContinue(req: IncomingMessage): void {
  waiting.add(req);
}

/** Asks the client for the body that it announced, if it waits for that. */
export function sendContinue(req: IncomingMessage, res: ServerResponse): void {
  if (waiting.delete(req)) res.writeContinue();
}
