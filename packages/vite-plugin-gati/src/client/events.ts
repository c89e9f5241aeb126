/**
 * The data of server-sent events, in order. The stream can be read once. Leaving the loop or
 * calling `cancel()` closes the connection.
 *
 * @example
 * const result = await client.payments.events({ params: { id } });
 * if (result.ok) for await (const event of result.data) render(event);
 */
export interface EventStream<Data> extends AsyncIterable<Data> {
  cancel(): Promise<void>;
}

/** Maximum number of characters in one event. A longer one is treated as an error of the server. */
const MAX_EVENT = 16 * 1024 * 1024;

/**
 * Reads a `text/event-stream`. Data that is JSON is parsed, other data stays text.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function readEvents(
  body: ReadableStream<Uint8Array>,
  onEnd: () => void,
): EventStream<unknown> {
  const reader = body.getReader();
  let ended = false;
  const end = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    onEnd();
    await reader.cancel().catch(() => {});
  };
  const iterator = parse(reader);
  return {
    cancel: end,
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const step = await iterator.next();
          if (step.done) await end();
          return step;
        } catch (error) {
          await end();
          throw error;
        }
      },
      async return() {
        await end();
        return { done: true, value: undefined };
      },
    }),
  };
}

async function* parse(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    // A final carriage return may be half of a CRLF, unless the stream has ended.
    if (done && rest.endsWith('\r')) rest += '\n';
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield parseData(data.join('\n'));
        data = [];
        size = 0;
      } else if (line === 'data' || line.startsWith('data:')) {
        const text = line.slice(5);
        data.push(text.startsWith(' ') ? text.slice(1) : text);
        size += text.length;
      }
    }
    if (size + rest.length > MAX_EVENT)
      throw new Error(`an event of the stream is larger than ${MAX_EVENT} characters`);
    // An event without its empty line is incomplete and is dropped, as the specification says.
    if (done) return;
  }
}

/** Returns the parsed JSON, or the text itself if it is not JSON. */
export function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
