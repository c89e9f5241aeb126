import {
  type Check,
  mapOf,
  number,
  object,
  oneOf,
  parseDocument,
  string,
  wholeNumber,
} from '@gati/contract/data';
import type { NewJob, QueueJob } from '../../../ports.ts';
import type { ServiceLimits } from './service.ts';

/** A job as a message contains it. */
export interface Enveloped extends Omit<NewJob, 'runAt'> {
  enqueuedAt: number;
  /** Attempts that were counted before this message was sent. */
  tries?: number;
  steps?: Record<string, string>;
  /**
   * Epoch milliseconds before which receivers hide the job, if the service can't delay messages.
   */
  due?: number;
  /** Reason why the job is a dead letter. */
  error?: string;
}

/** Bytes of a message for the reason of a dead letter. */
export const ERROR_RESERVE = 2048;
/** Bytes of a message for everything but payload and steps: the reason, names and times. */
const RESERVE = 2 * ERROR_RESERVE;

/** Returns the bytes that payload and step results together may have. */
export const maxPayloadOf = ({ maxBody }: ServiceLimits): number => maxBody - RESERVE;

/** JSON may contain these two characters, XML may not, and some services use XML. */
const NO_XML = /[\uFFFE\uFFFF]/g;

/**
 * Returns the message body: a line of JSON without the payload, then the payload, not escaped
 * again.
 */
export function toBody({ payload, error, ...head }: Enveloped): string {
  const short = error === undefined ? {} : { error: truncate(error) };
  return `${JSON.stringify({ v: 1, ...head, ...short })}\n${payload}`.replaceAll(
    NO_XML,
    (char) => `\\u${char.charCodeAt(0).toString(16)}`,
  );
}

function truncate(error: string): string {
  let text = error.slice(0, ERROR_RESERVE);
  while (Buffer.byteLength(JSON.stringify(text)) > ERROR_RESERVE - 100)
    text = text.slice(0, text.length * 0.8);
  return text;
}

/**
 * Maximum number of characters in the line before the payload. No service allows a message that
 * long.
 */
const MOST_HEAD = 10_000_000;

const envelope: Check = object(
  {
    v: oneOf(1),
    id: string,
    effect: string,
    priority: number,
    release: string,
    enqueuedAt: number,
  },
  {
    idempotencyKey: string,
    notBefore: number,
    trace: string,
    tries: wholeNumber,
    steps: mapOf(string),
    due: number,
    error: string,
  },
);

/** Returns `undefined` if Gati did not send this message, or if it is damaged. */
export function fromBody(body: string): Enveloped | undefined {
  const end = body.indexOf('\n');
  if (end === -1) return undefined;
  const parsed = parseDocument<Omit<Enveloped, 'payload'> & { v: 1 }>(
    body.slice(0, end),
    envelope,
    MOST_HEAD,
  );
  if ('fault' in parsed) return undefined;
  const { v: _, ...head } = parsed.value;
  return { ...head, payload: body.slice(end + 1) };
}

export function toQueueJob(enveloped: Enveloped, attempt: number): QueueJob {
  const { tries: _, error: __, due: ___, ...job } = enveloped;
  return { ...job, attempt };
}

export function toEnveloped({ attempt, ...job }: QueueJob, error?: string): Enveloped {
  return { ...job, tries: attempt, ...(error !== undefined && { error }) };
}
