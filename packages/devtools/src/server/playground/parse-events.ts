/** One event of a stream. */
export interface ServerEvent {
  event: string;
  id: string;
  data: string;
}

/** Maximum number of characters of one event. */
const MAX_EVENT = 1024 * 1024;

/**
 * Parses `text/event-stream` in parts (HTML standard, section 9.2.6).
 *
 * @returns a function that takes the next part and returns the events that it completes
 * @throws {RangeError} when an event is too long
 */
export function createEventParser(): (part: string) => ServerEvent[] {
  let rest = '';
  let id = '';
  return (part) => {
    // A carriage return at the end may be the first half of a line break.
    const text = (rest + part).replaceAll(/\r\n|\r(?!$)/g, '\n');
    const blocks = text.split(/\n\n+/);
    rest = blocks.pop()!;
    if (rest.length > MAX_EVENT) throw new RangeError('An event has more than 1 MiB.');
    return blocks.flatMap((block) => {
      const event: ServerEvent = { event: 'message', id, data: '' };
      const data: string[] = [];
      for (const line of block.split('\n')) {
        const [, name = line, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
        if (name === 'data') data.push(value);
        else if (name === 'event' && value !== '') event.event = value;
        else if (name === 'id') event.id = id = value;
      }
      return data.length === 0 ? [] : [{ ...event, data: data.join('\n') }];
    });
  };
}
