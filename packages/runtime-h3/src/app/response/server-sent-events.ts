import { stringifyWire } from '../../validate/encode.ts';

const FIELDS = new Set(['data', 'event', 'id', 'retry']);

/**
 * Prints one server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * The data is always JSON, even for a string, so that a typed client reads back the value that was
 * sent. An object with `data`, at least one of `event`, `id` and `retry`, and no other key sets
 * these fields of the event. Any other value is the data.
 */
export function toEvent(value: unknown): string {
  if (!isEvent(value)) return `data: ${stringifyWire(value)}\n\n`;
  let text = '';
  if (value.event !== undefined) text += `event: ${oneLine(value.event)}\n`;
  if (value.id !== undefined) text += `id: ${oneLine(value.id)}\n`;
  if (value.retry !== undefined) text += `retry: ${Math.trunc(Number(value.retry))}\n`;
  return `${text}data: ${stringifyWire(value.data)}\n\n`;
}

function isEvent(
  value: unknown,
): value is { data: unknown; event?: unknown; id?: unknown; retry?: unknown } {
  if (typeof value !== 'object' || value === null || !('data' in value)) return false;
  const keys = Object.keys(value);
  return keys.length > 1 && keys.every((key) => FIELDS.has(key));
}

function oneLine(value: unknown): string {
  return String(value).replace(/[\r\n\0]+/g, ' ');
}
