/** The data of server-sent events, in order. It is read once; leaving the loop or `cancel()` ends the connection. */
export interface EventStream<Data> extends AsyncIterable<Data> {
  cancel(): Promise<void>;
}

/** Characters of one event; what is larger is no event but a fault. */
const MAX_EVENT = 16 * 1024 * 1024;

/** Reads `text/event-stream` (https://html.spec.whatwg.org/multipage/server-sent-events.html). Data is JSON; what is not stays text. */
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
    // A carriage return at the end may be half of a line break, unless nothing follows.
    if (done && rest.endsWith('\r')) rest += '\n';
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield toValue(data.join('\n'));
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
    // An event without its empty line is unfinished, and so not given.
    if (done) return;
  }
}

export function toValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
