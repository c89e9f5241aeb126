import { PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import { RequestLocal } from '../../context/local.ts';
import { RequestContext } from '../../context/req.ts';
import type { InputError } from '../../validate/explain.ts';
import { respond } from '../response/respond.ts';
import type { IncomingRequest } from '../request/incoming.ts';
import type { Call } from '../request/call.ts';
import { checkStrings, invalidRequestError } from '../request/validate-input.ts';
import type { AppState } from '../app-state.ts';
import { printProblem } from '../response/problem.ts';
import { respondError } from '../response/respond-error.ts';
import { loadRelease } from '../release/load-release.ts';
import { runMiddleware } from '../route/middleware.ts';
import { isForeignOrigin } from '../request/foreign-site.ts';
import { decodeParams } from '../request/path.ts';
import { RequestError } from '../request/request-error.ts';
import { CLIENT_GONE, finishCall } from '../request/finish-call.ts';
import { respondUnmatched } from '../respond-unmatched.ts';

const SWITCHING_PROTOCOLS = 101;

/**
 * Decides about a handshake. Resolves with its call, or with `undefined` after it was rejected with
 * a response.
 */
export async function acceptSocket(incoming: IncomingRequest): Promise<Call | undefined> {
  const { app, exchange } = incoming;
  if (app.handshakes >= app.limits.handshakes) {
    app.limitCounts.report('handshakes');
    const headers = ['content-type', PROBLEM_MEDIA_TYPE, 'retry-after', '1'];
    const text = printProblem(503, 'overloaded', { detail: 'Too many handshakes are open.' });
    return void exchange.send(503, [...headers, ...app.noRelease.headers], text);
  }
  app.handshakes++;
  try {
    return await decide(incoming);
  } finally {
    app.handshakes--;
  }
}

async function decide(incoming: IncomingRequest): Promise<Call | undefined> {
  const call = await beginHandshake(incoming);
  if (call === undefined) return undefined;
  try {
    const isAccepted = await Promise.race([runHandshake(incoming.app, call), clientLeft(call)]);
    return isAccepted ? call : undefined;
  } catch (error) {
    return void respondError(call, error);
  }
}

/**
 * Resolves with `false` when the client leaves, and ends a handshake that is not accepted or
 * rejected yet.
 */
function clientLeft(call: Call): Promise<false> {
  return new Promise((resolve) => {
    call.exchange.onGone(() => {
      if (call.phase !== 'done') {
        call.abort(new DOMException('The client closed the connection.', 'AbortError'));
        finishCall(call, CLIENT_GONE);
        call.exchange.destroy();
      }
      resolve(false);
    });
  });
}

async function beginHandshake(incoming: IncomingRequest): Promise<Call | undefined> {
  const { app, path } = incoming;
  const chosen = app.table.choose(incoming, 'WS');
  if (chosen.status !== 200) return void respondUnmatched(incoming, chosen);
  // Migrations migrate requests and responses, not messages.
  if (chosen.release.migrated)
    return void respondUnmatched(incoming, app.table.retiredResolution(chosen.release));
  const release = await loadRelease(incoming, app.releaseState(chosen.release));
  if (release === undefined) return undefined;
  const match = path === undefined ? undefined : release.bundle.match('WS', path);
  if (match === undefined) return void respondUnmatched(incoming, release);
  const call = incoming.beginCall(release, release.routeState(match.data));
  call.params = match.params ?? {};
  return call;
}

/**
 * Runs everything before the handshake: origin, guards, contract, middleware. `true`: the socket may open.
 */
async function runHandshake(app: AppState, call: Call): Promise<boolean> {
  decodeParams(call.params as Record<string, string>);
  rejectHandshake(call);
  rejectForeignOrigin(app, call);
  const gctx = (call.gctx =
    call.release.gctx ?? (await call.release.openContext(app.options.context)));
  const loaded = await call.routeState.route.load();
  const { route } = (call.plan = call.routeState.plan(loaded, call.release));
  if (route.guards !== undefined && route.guards.length > 0) {
    const { runGuards } = await import('../route/guards.ts');
    if (!(await inScope(call, () => runGuards(call, route)))) return false;
  }
  const errors: InputError[] = [];
  await checkStrings(call, errors);
  if (errors.length > 0) throw invalidRequestError(errors);
  let accepted = false;
  const accept = (): void => {
    accepted = true;
  };
  const lctx = (call.local ??= new RequestLocal(call));
  const returned = await inScope(call, () =>
    runMiddleware(
      call,
      { ...route, handler: accept },
      new RequestContext(call),
      call.res,
      gctx,
      lctx,
    ),
  );
  if (call.phase !== 'handler') return false;
  if (accepted) finishCall(call, SWITCHING_PROTOCOLS);
  else await respond(call, returned);
  return accepted;
}

/** Runs `work` as a part of the call, if telemetry observes it. */
function inScope<Result>(call: Call, work: () => Result): Result {
  const { tracer } = call.app;
  return tracer === undefined ? work() : tracer.enter(call, work);
}

/** Element of `Sec-WebSocket-Protocol`: a token (RFC 9110, section 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Rejects a handshake that is not valid (RFC 6455, section 4.2.1). `ws` would reject it later, but
 * with plain text or HTML instead of a problem.
 */
function rejectHandshake({ exchange }: Call): void {
  const version = exchange.header('sec-websocket-version');
  if (version !== '13' && version !== '8')
    throw new RequestError(
      426,
      'upgrade_required',
      { detail: 'Sec-WebSocket-Version is not 13.' },
      ['sec-websocket-version', '13'],
    );
  if (!/^[+/0-9A-Za-z]{22}==$/.test(exchange.header('sec-websocket-key') ?? ''))
    throw new RequestError(400, 'bad_handshake', {
      detail: 'Sec-WebSocket-Key is not 16 bytes in base64.',
    });
  const protocols = exchange.header('sec-websocket-protocol')?.split(',') ?? [];
  const names = new Set(protocols.map((protocol) => protocol.trim()));
  if (names.size < protocols.length || [...names].some((name) => !TOKEN.test(name)))
    throw new RequestError(400, 'bad_handshake', {
      detail: 'Sec-WebSocket-Protocol is not a list of different tokens.',
    });
}

/**
 * Rejects handshakes from pages of other origins: browsers send cookies with them, and CORS does
 * not apply.
 */
function rejectForeignOrigin(app: AppState, { exchange }: Call): void {
  const origin = exchange.header('origin');
  if (origin === undefined || !isForeignOrigin(app, exchange, origin)) return;
  throw new RequestError(403, 'foreign_origin', {
    detail: 'This origin is not allowed to open a WebSocket here.',
  });
}
