import type { IncomingMessage } from 'node:http';
import { PanelError } from './problem.ts';

/** Maximum number of bytes of a body by default. */
const MAX_BYTES = 64 * 1024;

/**
 * Reads the body of a request that is authorised.
 *
 * @throws {PanelError} 400 or 413
 */
export async function readJson(
  req: IncomingMessage,
  maxBytes: number = MAX_BYTES,
): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  // Node would destroy the connection when the loop ends early, before the response is sent.
  const body: AsyncIterable<Buffer> = req.iterator({ destroyOnReturn: false });
  for await (const part of body) {
    bytes += part.length;
    if (bytes > maxBytes)
      throw new PanelError(413, 'body_too_large', `The body may have at most ${maxBytes} bytes.`, {
        connection: 'close',
      });
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new PanelError(400, 'invalid_json', 'The body is not JSON.');
  }
}
