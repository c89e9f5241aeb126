import { PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import { describeCaller } from '../../telemetry/record/callers.ts';
import type { HeaderList } from '../../types/exchange.ts';
import { send } from './respond.ts';
import type { Call } from '../request/call.ts';
import { isHttpError } from './http-error.ts';
import { RequestError } from '../request/request-error.ts';
import { printProblem } from './problem.ts';
import { finishCall } from '../request/finish-call.ts';

/**
 * Responds with a problem for any thrown value. An unexpected error is logged, and in production
 * the client gets 500 without its details.
 */
export function respondError(call: Call, error: unknown): void {
  if (call.phase === 'done' || call.phase === 'stream') return;
  try {
    if (error instanceof RequestError) {
      if (error.limit !== undefined) call.app.limitCounts.add(error.limit);
      call.res.assignedHeaders = undefined;
      if (error.status < 500) logRejection(call, error);
      return sendProblem(call, error.status, error.code, error.extra, error.headers);
    }
    if (isHttpError(error)) {
      call.res.assignedHeaders?.delete('content-type');
      for (const [name, value] of Object.entries(error.headers ?? {}))
        call.res.headers.set(name, value);
      return sendProblem(call, error.status, error.code, error.details);
    }
    call.logger.error('a request failed', {
      route: call.route,
      version: call.version,
      requestId: call.requestId,
      traceId: call.traceId,
      spanId: call.spanId,
      caller: describeCaller(call.exchange, call.app.tracer?.subjectOf(call.local)),
      error,
    });
    call.res.assignedHeaders = undefined;
    sendProblem(
      call,
      500,
      'internal',
      call.app.production ? undefined : developmentDetails(call, error),
    );
  } catch (sendError) {
    call.logger.error('a problem could not be sent', { route: call.route, error: sendError });
    call.res.assignedHeaders = undefined;
    try {
      sendProblem(call, 500, 'internal');
    } catch {
      // No response can be sent. The call must still end, or the sweep would retry it each second.
      finishCall(call, 500);
      call.exchange.destroy();
    }
  }
}

/** Names the rules that a request breaks, without its values. */
function logRejection(call: Call, { status, code, extra }: RequestError): void {
  call.logger.debug('a request was rejected', {
    route: call.route,
    requestId: call.requestId,
    traceId: call.traceId,
    spanId: call.spanId,
    status,
    code,
    errors: extra?.['errors'],
  });
}

function developmentDetails(call: Call, error: unknown): Record<string, unknown> {
  return { ...describeThrown(error), ...call.app.onError(error, call.route) };
}

/** Describes an error, or a thrown primitive. Other objects may not convert to a string. */
function describeThrown(error: unknown): Record<string, unknown> {
  if (error instanceof Error) return { detail: error.message, stack: error.stack };
  return typeof error === 'object' && error !== null ? {} : { detail: String(error) };
}

export function sendProblem(
  call: Call,
  status: number,
  code: string,
  extra?: Record<string, unknown>,
  headers: HeaderList = [],
): void {
  const text = printProblem(status, code, extra);
  send(
    call,
    status,
    ['content-type', PROBLEM_MEDIA_TYPE, ...call.release.headers, ...headers],
    text,
  );
}
