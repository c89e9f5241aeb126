import type { NewJob, QueueJob } from '../../../ports.ts';

/** A job as a message holds it. */
export interface Enveloped extends Omit<NewJob, 'runAt'> {
  enqueuedAt: number;
  /** Attempts that were counted before this message was sent. */
  tries?: number;
  steps?: Record<string, string>;
  /** Epoch milliseconds before which it is held back, where the service can't. */
  due?: number;
  /** Why it is a dead letter. */
  error?: string;
}

/** Bytes of the reason of a dead letter, and of that with all else beside payload and steps: names and times. */
export const ERROR_RESERVE = 2048;
export const RESERVE = 2 * ERROR_RESERVE;

/** JSON may hold these two, XML may not, and some services speak it. */
const NO_XML = /[\uFFFE\uFFFF]/g;

/** One line of JSON with all but the payload, then the payload as it is: it is not escaped a second time. */
export function toBody({ payload, error, ...head }: Enveloped): string {
  const short = error === undefined ? {} : { error: shorten(error) };
  return `${JSON.stringify({ v: 1, ...head, ...short })}\n${payload}`.replaceAll(
    NO_XML,
    (char) => `\\u${char.charCodeAt(0).toString(16)}`,
  );
}

function shorten(error: string): string {
  let text = error.slice(0, ERROR_RESERVE);
  while (Buffer.byteLength(JSON.stringify(text)) > ERROR_RESERVE - 100)
    text = text.slice(0, text.length * 0.8);
  return text;
}

/** `undefined`: nobody here sent this. */
export function fromBody(body: string): Enveloped | undefined {
  const end = body.indexOf('\n');
  if (end === -1) return undefined;
  try {
    const { v, ...head } = JSON.parse(body.slice(0, end)) as Enveloped & { v: number };
    return v === 1 ? { ...head, payload: body.slice(end + 1) } : undefined;
  } catch {
    return undefined;
  }
}

export function toQueueJob(enveloped: Enveloped, attempt: number): QueueJob {
  const { tries: _, error: __, due: ___, ...job } = enveloped;
  return { ...job, attempt };
}

export function toEnveloped({ attempt, ...job }: QueueJob, error?: string): Enveloped {
  return { ...job, tries: attempt, ...(error !== undefined && { error }) };
}
