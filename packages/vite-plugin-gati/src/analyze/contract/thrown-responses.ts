import { PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import type { Interpreter } from '../interpret/interpreter.ts';
import { problemSchema } from '../interpret/responses/problem-schema.ts';
import { withHeaders } from '../interpret/state/headers.ts';
import type { State } from '../interpret/state/state.ts';
import type { KnownHttpError } from '../interpret/state/values.ts';
import type { DiagnosticCollector } from './diagnostics.ts';
import type { InferredResponse } from './join-responses.ts';

/** Returns the problems of the errors that the interpreter saw thrown, as `walk.throws` has them. */
export function thrownResponses(
  walk: Interpreter,
  diagnostics: DiagnosticCollector,
): InferredResponse[] {
  return walk.throws.flatMap(({ state, error }) => {
    if (!error) return [];
    if (isError(error.status)) return [problemResponse(walk, state, error, diagnostics)];
    diagnostics.add(
      'GATI_STATUS_INVALID',
      `An \`HttpError\` with status ${error.status} makes the runtime respond with 500.`,
      'Use a status from 400 to 599, or assign `res.status`.',
      error.node,
    );
    return [];
  });
}

/** Whether an `HttpError` may have this status. The runtime replaces any other status with 500. */
function isError(status: number | undefined): boolean {
  return status === undefined || (status >= 400 && status <= 599);
}

function problemResponse(
  walk: Interpreter,
  state: State,
  error: KnownHttpError,
  diagnostics: DiagnosticCollector,
): InferredResponse {
  if (error.status === undefined) {
    diagnostics.add(
      'GATI_STATUS_UNKNOWN',
      'The status of the error that is thrown here is unknown, so its response is under `default`.',
      'Give `HttpError` a literal status.',
      error.node,
    );
  }
  return {
    status: error.status,
    schema: problemSchema(walk, error),
    contentType: PROBLEM_MEDIA_TYPE,
    headers: withHeaders(state.headers, error.headers),
    node: error.node,
  };
}
