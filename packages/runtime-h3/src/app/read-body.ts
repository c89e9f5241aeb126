import type { InputError } from '../validate/explain.ts';
import { BODY_REQUIRED, bodyReadError, parseBody } from './request/body.ts';
import type { Call } from './request/call.ts';
import { CLIENT_GONE, finishCall } from './request/finish-call.ts';
import { acceptedKind } from './request/unsupported-media-type.ts';
import { checkPart } from './request/validate-input.ts';
import { respondError } from './response/respond-error.ts';
import { type BodyKind, bodyKindOf } from './route/body-kind.ts';
import type { BodyPlan } from './route/route-plan.ts';

/** Continues a call whose body was read and checked. */
type Next = (call: Call, errors: InputError[]) => void;

/**
 * Reads, parses and checks the body of a call, then calls `next`. Input errors go to `errors`. A
 * body that can't be read or parsed gets a problem, and `next` is not called.
 */
export function readBody(call: Call, errors: InputError[], next: Next): void {
  if (!call.exchange.hasBody()) return withoutBody(call, errors, next);
  const { limits } = call.app;
  const kind = acceptedKind(call, call.plan?.body);
  const limit = kind === 'multipart' ? limits.upload : limits.body;
  call.phase = 'body';
  call.deadline = call.started + limits.bodyTimeout;
  call.exchange.read(limit, (readError, bytes) => {
    if (call.phase !== 'body') return;
    call.phase = 'handler';
    call.deadline = performance.now() + limits.handlerTimeout;
    if (readError === 'aborted') return finishCall(call, CLIENT_GONE);
    try {
      if (readError !== undefined)
        throw bodyReadError(readError, kind === 'multipart' ? 'upload' : 'body', limit);
      if (bytes === undefined || bytes.length === 0) return withoutBody(call, errors, next);
      withBytes(call, kind, bytes, errors, next);
    } catch (error) {
      respondError(call, error);
    }
  });
}

function withoutBody(call: Call, errors: InputError[], next: Next): void {
  const plan = call.plan?.body;
  if (plan?.input.required === true) {
    if (isEmptyForm(call, plan)) return withBody(call, {}, true, errors, next);
    errors.push(BODY_REQUIRED);
  }
  // A schema value may have a default for an absent body.
  else if (plan?.validator !== undefined) return takeBody(call, plan, undefined, errors, next);
  next(call, errors);
}

/** A form without fields that HTML sends is an empty body of this type. */
function isEmptyForm({ exchange }: Call, { kinds }: BodyPlan): boolean {
  const type = exchange.header('content-type');
  return type !== undefined && kinds.has('urlencoded') && bodyKindOf(type) === 'urlencoded';
}

function withBytes(
  call: Call,
  kind: BodyKind | undefined,
  bytes: Uint8Array,
  errors: InputError[],
  next: Next,
): void {
  call.rawBody = bytes;
  const parsed = parseBody(call, kind, bytes);
  if (parsed instanceof Promise) {
    parsed
      .then((form) => withBody(call, form, true, errors, next))
      .catch((error: unknown) => respondError(call, error));
  } else withBody(call, parsed, kind === 'urlencoded', errors, next);
}

/** Checks the body. Form fields are strings, as in a query, so they are coerced first. */
function withBody(
  call: Call,
  value: unknown,
  isForm: boolean,
  errors: InputError[],
  next: Next,
): void {
  const body = call.plan?.body;
  if (body === undefined) {
    call.body = value;
    return next(call, errors);
  }
  const fields =
    isForm && body.coerce !== undefined ? body.coerce(value as Record<string, unknown>) : value;
  takeBody(call, body, fields, errors, next);
}

function takeBody(
  call: Call,
  plan: BodyPlan,
  value: unknown,
  errors: InputError[],
  next: Next,
): void {
  const checked = checkPart(call, plan, 'body', value, errors);
  if (!(checked instanceof Promise)) {
    call.body = checked;
    return next(call, errors);
  }
  checked
    .then((body: unknown) => {
      // The deadline may have passed while the schema value validated.
      if (call.phase !== 'handler') return;
      call.body = body;
      next(call, errors);
    })
    .catch((error: unknown) => respondError(call, error));
}
