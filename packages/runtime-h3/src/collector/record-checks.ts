import { type Check, matching } from '@gati/contract/data';

const TRACE_ID = /^[\da-f]{32}$/;
const SPAN_ID = /^[\da-f]{16}$/;

/** Whether a string is a trace id. */
export const isTraceId = (id: unknown): id is string => typeof id === 'string' && TRACE_ID.test(id);

/** Whether a string is a span id. */
export const isSpanId = (id: unknown): id is string => typeof id === 'string' && SPAN_ID.test(id);

export const traceIdCheck: Check = matching(TRACE_ID, '32 hexadecimal digits');
export const spanIdCheck: Check = matching(SPAN_ID, '16 hexadecimal digits');

/** Whether a check accepts a value. */
export function matches(check: Check, value: unknown): boolean {
  try {
    check(value, '');
    return true;
  } catch {
    return false;
  }
}
