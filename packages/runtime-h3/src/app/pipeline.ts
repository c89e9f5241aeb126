import { RequestLocal } from '../context/local.ts';
import { RequestContext } from '../context/req.ts';
import type { GlobalContext } from '../context/types.ts';
import type { LiveRoute } from '../releases/bundle.ts';
import type { InputError } from '../validate/explain.ts';
import { answer } from './response/respond.ts';
import { bodyKind, parseBody, tooLarge } from './request/body.ts';
import { Arrival } from './request/incoming.ts';
import type { Call } from './request/call.ts';
import { checkPart, checkStrings, refuse } from './request/validate-input.ts';
import type { Core } from './app-state.ts';
import type { Exchange } from './adapters/exchange.ts';
import { fail } from './response/respond-error.ts';
import { loadRelease } from './route/load-release.ts';
import type { BodyKind } from './request/media-type.ts';
import { runMiddleware } from './route/middleware.ts';
import { decodeParams } from './request/path.ts';
import type { ReleaseState } from './route/route-plan.ts';
import { Refusal } from './response/problem.ts';
import { record } from './response/finish-call.ts';
import type { Carry } from './versions/served-release.ts';
import { answerUnmatched } from './response/respond-unmatched.ts';
import type { VersionEntry } from './versions/entry.ts';

/** nginx's number for a client that went before it was answered; it is logged, never sent. */
const CLIENT_GONE = 499;

/** One request through the pipeline. Nothing it is given makes it throw. */
export function serve(core: Core, exchange: Exchange, next: (() => void) | undefined): void {
  const arrival = new Arrival(core, exchange, next);
  const chosen = core.table.choose(arrival, exchange.method);
  if (chosen.status !== 200) return answerUnmatched(arrival, chosen);
  const { carry } = chosen.release.served;
  if (carry !== undefined)
    return core.waitUntil(routeCarried(arrival, chosen.release, carry), core.logger);
  const release = core.state(chosen.release);
  if (release instanceof Promise) core.waitUntil(routeLater(arrival, release), core.logger);
  else route(arrival, release);
}

async function routeLater(arrival: Arrival, loading: Promise<ReleaseState>): Promise<void> {
  const release = await loadRelease(arrival, loading);
  if (release !== undefined) route(arrival, release);
}

/** A retired release: a newer one answers for it. */
async function routeCarried(arrival: Arrival, entry: VersionEntry, carry: Carry): Promise<void> {
  const { core } = arrival;
  const target = core.table.entries.find(({ version }) => version === carry.target);
  const { carryUp } = await import('./versions/migrate-request.ts');
  const carried = await carryUp(arrival, entry, carry);
  if (carried === undefined) return;
  const release = await loadRelease(
    carried,
    target === undefined ? Promise.reject(new Error('It is gone.')) : core.state(target),
  );
  if (release !== undefined) route(carried, release);
}

function route(arrival: Arrival, release: ReleaseState): void {
  const { core, exchange, path } = arrival;
  const { method } = exchange;
  const { bundle } = release;
  const match =
    path === undefined || method === 'WS'
      ? undefined
      : (bundle.match(method, path) ?? (method === 'HEAD' ? bundle.match('GET', path) : undefined));
  if (match === undefined) return answerUnmatched(arrival, release);
  const call = arrival.begin(release, release.slot(match.data));
  try {
    if (match.params !== undefined) decodeParams((call.params = match.params));
    const live = match.data.live();
    if (release.gctx !== undefined && !(live instanceof Promise)) enter(call, live, release.gctx);
    else void open(core, call, live);
  } catch (error) {
    fail(call, error);
  }
}

/** The slow way in: a release without its context yet, or a route whose code is still loading. */
async function open(core: Core, call: Call, live: LiveRoute | Promise<LiveRoute>): Promise<void> {
  const { release } = call;
  try {
    // At once: a failure of either must find somebody who waits for it.
    const [loaded, gctx] = await Promise.all([
      live,
      release.gctx ?? release.openContext(core.options.context),
    ]);
    enter(call, loaded, gctx);
  } catch (error) {
    fail(call, error);
  }
}

function enter(call: Call, live: LiveRoute, gctx: GlobalContext): void {
  call.gctx = gctx;
  const plan = (call.plan = call.slot.plan(live, call.release));
  const errors: InputError[] = [];
  checkStrings(call, errors);
  const { method } = call.exchange;
  if (plan.body === undefined && (method === 'GET' || method === 'HEAD')) return run(call, errors);
  if (call.exchange.hasBody()) return readBody(call, errors);
  withoutBody(call, errors);
}

function withoutBody(call: Call, errors: InputError[]): void {
  if (call.plan?.body?.input.required === true)
    errors.push({ in: 'body', path: '', message: 'is required', rule: 'required' });
  run(call, errors);
}

function readBody(call: Call, errors: InputError[]): void {
  const { limits } = call.host;
  const kind = bodyKind(call, call.plan?.body);
  const limit = kind === 'multipart' ? limits.upload : limits.body;
  call.phase = 'body';
  call.deadline = call.started + limits.bodyTimeout;
  call.exchange.read(limit, (fault, bytes) => {
    if (call.phase !== 'body') return;
    call.phase = 'handler';
    call.deadline = performance.now() + limits.handlerTimeout;
    if (fault === 'aborted') return record(call, CLIENT_GONE);
    try {
      if (fault === 'too_large') throw tooLarge(limit);
      if (bytes === undefined || bytes.length === 0) return withoutBody(call, errors);
      withBytes(call, kind, bytes, errors);
    } catch (error) {
      fail(call, error);
    }
  });
}

function withBytes(
  call: Call,
  kind: BodyKind | undefined,
  bytes: Uint8Array,
  errors: InputError[],
): void {
  call.rawBody = bytes;
  const parsed = parseBody(call, kind, bytes);
  if (parsed instanceof Promise) {
    parsed
      .then((form) => withBody(call, form, true, errors))
      .catch((error: unknown) => fail(call, error));
  } else withBody(call, parsed, kind === 'urlencoded', errors);
}

/** The fields of a form are strings, as in a query. */
function withBody(call: Call, value: unknown, isForm: boolean, errors: InputError[]): void {
  const body = call.plan?.body;
  if (body === undefined) call.body = value;
  else {
    const fields =
      isForm && body.coerce !== undefined ? body.coerce(value as Record<string, unknown>) : value;
    call.body = checkPart(call, body, 'body', fields, errors);
  }
  run(call, errors);
}

function run(call: Call, errors: InputError[]): void {
  if (errors.length > 0) throw refuse(errors);
  const { live } = call.plan as { live: LiveRoute };
  const gctx = call.gctx as GlobalContext;
  const req = new RequestContext(call);
  const lctx = new RequestLocal(call);
  const { handler, middleware } = live;
  if (handler === undefined) throw new Refusal(500, 'internal');
  const result =
    middleware.length === 0
      ? handler(req, call.res, gctx, lctx)
      : runMiddleware(live, req, call.res, gctx, lctx);
  if (isThenable(result)) void settle(call, result);
  else finish(call, result);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

async function settle(call: Call, promise: PromiseLike<unknown>): Promise<void> {
  try {
    finish(call, await promise);
  } catch (error) {
    fail(call, error);
  }
}

function finish(call: Call, returned: unknown): void {
  if (call.phase !== 'handler') return;
  answer(call, returned);
}

/** A call that is late or alone: the body did not come, the handler did not answer, or the client went. */
export function expire(call: Call): void {
  const late = call.phase;
  if (late !== 'body' && late !== 'handler') return;
  if (late === 'body' && call.exchange.gone) return record(call, CLIENT_GONE);
  call.abort(new DOMException('The request took too long.', 'TimeoutError'));
  if (late === 'body')
    fail(call, new Refusal(408, 'request_timeout', { detail: 'The body did not come in time.' }));
  else fail(call, new Refusal(503, 'timeout', { detail: 'The handler did not answer in time.' }));
}
