import {
  type Check,
  listOf,
  matching,
  number,
  object,
  oneOf,
  string,
  wholeNumber,
} from '@gati/contract/data';
import type { CapturedBody, CapturedMessage, CaptureRecord } from '../types/capture.ts';
import { RUN_OUTCOMES } from '../types/run-outcome.ts';
import { TRAP_ID } from '../types/trap.ts';
import { matches, spanIdCheck, traceIdCheck } from './record-checks.ts';

const HIDDEN: Check = listOf(
  object({ at: string, why: oneOf('schema', 'name', 'token', 'card') }),
  50,
);
const BODY: Check = object(
  { type: string },
  {
    size: wholeNumber,
    text: string,
    omitted: oneOf('cut', 'binary', 'stream', 'large', 'malformed', 'unread'),
    hidden: HIDDEN,
  },
);
const MESSAGE: Check = object(
  { headers: listOf(listOf(string, 2), 100) },
  { body: BODY, hidden: HIDDEN },
);
const BASE = {
  traceId: traceIdCheck,
  spanId: spanIdCheck,
  time: number,
  us: number,
  version: string,
};
const TRAPS: Check = listOf(matching(TRAP_ID, 'the id of a trap'), 100);

const REQUEST: Check = object(
  {
    ...BASE,
    kind: oneOf('request'),
    method: string,
    route: string,
    status: wholeNumber,
    target: string,
    request: MESSAGE,
    response: MESSAGE,
  },
  { traps: TRAPS },
);
const RUN: Check = object(
  {
    ...BASE,
    kind: oneOf('run'),
    effect: string,
    job: string,
    attempt: wholeNumber,
    outcome: oneOf(...RUN_OUTCOMES),
    payload: BODY,
  },
  { result: BODY, traps: TRAPS },
);

/** Returns the capture of a line `{"capture":{…}}`; `undefined` if it is none. */
export function toCapture(value: unknown, pid: number): CaptureRecord | undefined {
  const check = (value as { kind?: unknown } | null)?.kind === 'run' ? RUN : REQUEST;
  if (!matches(check, value)) return undefined;
  const capture = value as CaptureRecord;
  const { traceId, spanId, time, us, version, traps } = capture;
  const base = { traceId, spanId, time, us, version, pid, ...(traps && { traps }) };
  if (capture.kind === 'run') {
    const { kind, effect, job, attempt, outcome, payload, result } = capture;
    return {
      ...base,
      kind,
      effect,
      job,
      attempt,
      outcome,
      payload: toBody(payload),
      ...(result && { result: toBody(result) }),
    };
  }
  const { kind, method, route, status, target, request, response } = capture;
  return {
    ...base,
    kind,
    method,
    route,
    status,
    target,
    request: toMessage(request),
    response: toMessage(response),
  };
}

function toMessage({ headers, body, hidden }: CapturedMessage): CapturedMessage {
  return { headers, ...(body && { body: toBody(body) }), ...(hidden && { hidden }) };
}

function toBody({ type, size, text, omitted, hidden }: CapturedBody): CapturedBody {
  return {
    type,
    ...(size !== undefined && { size }),
    ...(text !== undefined && { text }),
    ...(omitted && { omitted }),
    ...(hidden && { hidden }),
  };
}
