import { explain, type InputError, MAX_ERRORS } from '../../validate/explain.ts';
import { runSchema, type SchemaResult } from '../../validate/standard-schema.ts';
import type { Call } from './call.ts';
import type { InputPlan } from '../route/route-plan.ts';
import { RequestError } from './request-error.ts';

/**
 * Checks and decodes one part, whose strings are coerced already. Violations go to `errors`.
 * Returns the value for the handler; a promise only if a schema value validates
 * asynchronously.
 */
export function checkPart(
  call: Call,
  plan: InputPlan,
  part: InputError['in'],
  value: unknown,
  errors: InputError[],
): unknown {
  const { input, decode, validator } = plan;
  if (validator !== undefined) {
    if (input.check(value)) return value;
    const result = runSchema(validator, decode === undefined ? value : decode(value), part);
    return result instanceof Promise
      ? result.then((settled) => collectErrors(settled, errors))
      : collectErrors(result, errors);
  }
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

function collectErrors(result: SchemaResult, errors: InputError[]): unknown {
  if (result.errors === undefined) return result.value;
  errors.push(...result.errors);
  return undefined;
}

type Fields = Record<string, unknown>;

/**
 * Coerces, checks and decodes params, query and headers. They arrive as strings. Returns a promise
 * only if a schema value validates asynchronously.
 */
export function checkStrings(call: Call, errors: InputError[]): Promise<unknown> | undefined {
  const plan = call.plan;
  if (plan === undefined) return undefined;
  const { params, query, headers } = plan;
  let pending: Promise<unknown>[] | undefined;
  if (params !== undefined) {
    const raw = params.validator === undefined ? call.params : { ...call.params };
    const checked = checkPart(call, params, 'params', coerceStrings(params, call.params), errors);
    if (checked instanceof Promise)
      (pending ??= []).push(checked.then((fields) => (call.params = withUndeclared(raw, fields))));
    else
      call.params =
        params.validator === undefined ? (checked as Fields) : withUndeclared(raw, checked);
  }
  if (query !== undefined) {
    const checked = checkPart(call, query, 'query', coerceStrings(query, call.query), errors);
    if (checked instanceof Promise)
      (pending ??= []).push(checked.then((fields) => (call.query = fields as Fields)));
    else call.query = checked as Fields;
  }
  if (headers !== undefined) {
    const raw = call.headers;
    const own = headers.coerce === undefined && headers.decode === undefined ? raw : { ...raw };
    const checked = checkPart(call, headers, 'headers', coerceStrings(headers, own), errors);
    if (checked instanceof Promise)
      (pending ??= []).push(checked.then((fields) => (call.headers = withUndeclared(raw, fields))));
    else
      call.headers =
        headers.validator === undefined ? (checked as Fields) : withUndeclared(raw, checked);
  }
  return pending === undefined ? undefined : Promise.all(pending);
}

/** Adds the params or headers that the schema value does not declare, as they arrived. */
function withUndeclared(raw: Fields, checked: unknown): Fields {
  return checked === undefined || checked === raw ? raw : { ...raw, ...(checked as Fields) };
}

function coerceStrings(plan: InputPlan, record: Record<string, unknown>): Record<string, unknown> {
  return plan.coerce === undefined ? record : plan.coerce(record);
}

export function invalidRequestError(errors: InputError[]): RequestError {
  const parts = [...new Set(errors.map((error) => error.in))].join(', ');
  return new RequestError(400, 'invalid_request', {
    detail: `The request does not match its contract: ${parts}.`,
    errors: errors.slice(0, MAX_ERRORS),
  });
}
