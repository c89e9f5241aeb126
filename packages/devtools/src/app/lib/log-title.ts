import type { LogRecord } from '../../api/types.ts';

/** What a line shows in its row: a text, and the fields that the text has not. */
export interface LogTitle {
  text: string;
  fields: Record<string, unknown>;
}

/** Returns the text of a line; lines of requests, runs and modules say what they are about. */
export function titleOf({ message, fields, traceId }: LogRecord): LogTitle {
  const { method, path, status, effect, attempt, outcome, enqueuedBy: _link, ...rest } = fields;
  if (message === 'request' && typeof method === 'string')
    return { text: [method, path, status].map(String).join(' '), fields: duration(rest) };
  if (message === 'run' && typeof effect === 'string')
    return { text: `run ${effect}: ${String(outcome)}`, fields: duration({ attempt, ...rest }) };
  const { module, ...others } = rest;
  if (message === 'module' && typeof module === 'string')
    return { text: `module ${module} is set up`, fields: duration(others) };
  const { error: _error, requestId, ...shown } = fields;
  // Without an id of its own, a request has that of its trace.
  return { text: message, fields: requestId === traceId ? shown : { requestId, ...shown } };
}

const duration = ({ us, ...rest }: Record<string, unknown>): Record<string, unknown> =>
  typeof us === 'number' ? { ms: Math.round(us / 10) / 100, ...rest } : rest;
