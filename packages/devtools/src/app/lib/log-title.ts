import type { LogRecord } from '../../api/types.ts';

/** Content of a line's row: a text, and the fields that are not in the text. */
export interface LogTitle {
  text: string;
  fields: Record<string, unknown>;
}

/** Returns the text of a line. Lines of requests, runs and modules name their subject. */
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
  // A request without its own id has the id of its trace.
  return { text: message, fields: requestId === traceId ? shown : { requestId, ...shown } };
}

const duration = ({ us, ...rest }: Record<string, unknown>): Record<string, unknown> =>
  typeof us === 'number' ? { ms: Math.round(us / 10) / 100, ...rest } : rest;
