import { explain, type InputError, MAX_ERRORS } from '../../validate/explain.ts';
import type { Call } from './call.ts';
import type { InputPlan } from '../route/route-plan.ts';
import { RequestError } from '../response/problem.ts';

/** Checks and decodes one part of a request. Violations of the contract go to `errors`. */
export function checkPart(
  call: Call,
  plan: InputPlan,
  part: InputError['in'],
  value: unknown,
  errors: InputError[],
): unknown {
  const { input, decode } = plan;
  if (input.check(value)) {
    if (decode === undefined) return value;
    try {
      return decode(value);
    } catch {
      // The check accepts a string that its codec can't read.
    }
  }
  const found = explain(input.schema, call.release.bundle.contract.$defs, value, part);
  errors.push(
    ...(found.length === 0
      ? [{ in: part, path: '', message: 'does not match its schema', rule: 'schema' }]
      : found),
  );
  return undefined;
}

/** Coerces, checks and decodes params, query and headers. They arrive as strings. */
export function checkStrings(call: Call, errors: InputError[]): void {
  const plan = call.plan;
  if (plan === undefined) return;
  const { params, query, headers } = plan;
  if (params !== undefined)
    call.params = checkPart(call, params, 'params', coerced(params, call.params), errors) as Record<
      string,
      unknown
    >;
  if (query !== undefined)
    call.query = checkPart(call, query, 'query', coerced(query, call.query), errors) as Record<
      string,
      unknown
    >;
  if (headers !== undefined) {
    const own =
      headers.coerce === undefined && headers.decode === undefined
        ? call.headers
        : { ...call.headers };
    call.headers = checkPart(call, headers, 'headers', coerced(headers, own), errors) as Record<
      string,
      unknown
    >;
  }
}

function coerced(plan: InputPlan, record: Record<string, unknown>): Record<string, unknown> {
  return plan.coerce === undefined ? record : plan.coerce(record);
}

export function invalidRequestError(errors: InputError[]): RequestError {
  const parts = [...new Set(errors.map((error) => error.in))].join(', ');
  return new RequestError(400, 'invalid_request', {
    detail: `The request does not match its contract: ${parts}.`,
    errors: errors.slice(0, MAX_ERRORS),
  });
}
