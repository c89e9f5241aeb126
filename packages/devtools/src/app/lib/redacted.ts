import type { CapturedBody, CaptureRecord } from '../../api/types.ts';

/** Text in place of a value that telemetry hides. */
export const HIDDEN = '[redacted]';

/** Splits a text into parts, of which every second one was hidden. */
export function splitHidden(text: string): { text: string; isHidden: boolean }[] {
  return text
    .split(HIDDEN)
    .flatMap((part, index) => [
      ...(index > 0 ? [{ text: HIDDEN, isHidden: true }] : []),
      ...(part === '' ? [] : [{ text: part, isHidden: false }]),
    ]);
}

/** Returns the text of a body with line breaks, if it is complete JSON. */
export function prettyBody({ type, text = '', omitted }: CapturedBody): string {
  if (omitted !== undefined || !/\bjson$/.test(type)) return text;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

const OMITTED: Record<NonNullable<CapturedBody['omitted']>, string> = {
  cut: 'The rest is left out.',
  binary: 'The bytes are not captured.',
  stream: 'A stream is not captured.',
  large: 'It is too large to be captured.',
  malformed: 'It is not valid JSON, so it is not captured.',
  unread: 'The server did not read it.',
};

/** Explains why a body has no text, or not all of it. */
export const omittedReason = ({ omitted }: CapturedBody): string | undefined =>
  omitted && OMITTED[omitted];

export interface PayloadPart {
  title: string;
  headers: [string, string][];
  body: CapturedBody | undefined;
  /** Where something was hidden, and why. */
  hidden: NonNullable<CapturedBody['hidden']>;
}

/** Returns the parts of a capture in the order of their transfer. */
export function payloadParts(capture: CaptureRecord): PayloadPart[] {
  const part = (
    title: string,
    body: CapturedBody | undefined,
    headers: [string, string][] = [],
    hidden: PayloadPart['hidden'] = [],
  ): PayloadPart => ({ title, headers, body, hidden: [...hidden, ...(body?.hidden ?? [])] });
  if (capture.kind === 'run')
    return [
      part('Payload', capture.payload),
      ...(capture.result ? [part('Result', capture.result)] : []),
    ];
  const { request, response } = capture;
  return [
    part('Request', request.body, request.headers, request.hidden),
    part('Response', response.body, response.headers, response.hidden),
  ];
}

const REASONS: Record<PayloadPart['hidden'][number]['why'], string> = {
  schema: 'by its schema',
  name: 'by its name',
  token: 'looks like a token',
  card: 'is a card number',
};

export const hiddenReason = (why: PayloadPart['hidden'][number]['why']): string => REASONS[why];

/** Prints bytes: `980 B`, `1.2 KiB`. */
export const printSize = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`;
