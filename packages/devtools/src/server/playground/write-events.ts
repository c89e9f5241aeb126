import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ReplyEvent } from '../../api/playground.ts';
import { API_HEADERS } from '../../http/headers.ts';

/**
 * Sends events as lines of JSON until there are no more or the client leaves. A client that reads
 * slowly slows their source down.
 *
 * @param controller aborted at the end, so that the source ends too
 * @returns the code of the error among the events, if there is one
 */
export async function writeEvents(
  res: ServerResponse,
  controller: AbortController,
  start: ReplyEvent,
  events: AsyncGenerator<ReplyEvent>,
): Promise<string | undefined> {
  const { signal } = controller;
  const leave = (): void => controller.abort();
  res.once('close', leave);
  let code: string | undefined;
  const write = async (event: ReplyEvent): Promise<void> => {
    if (event.type === 'error') ({ code } = event);
    if (!res.write(`${JSON.stringify(event)}\n`)) await once(res, 'drain', { signal });
  };
  try {
    res.writeHead(200, { ...API_HEADERS, 'content-type': 'application/x-ndjson' });
    await write(start);
    for await (const event of events) {
      if (signal.aborted) break;
      await write(event);
    }
    return signal.aborted ? 'cancelled' : code;
  } catch (error) {
    if (!signal.aborted) throw error;
    return 'cancelled';
  } finally {
    leave();
    res.end();
  }
}
