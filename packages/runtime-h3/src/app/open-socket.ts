import { RequestLocal } from '../context/local.ts';
import { RequestContext } from '../context/req.ts';
import type { InputError } from '../validate/explain.ts';
import { answer } from './answer.ts';
import { Call } from './call.ts';
import { checkStrings, refuse } from './check.ts';
import type { Core } from './core.ts';
import type { Exchange } from './exchange.ts';
import { runMiddleware } from './middleware.ts';
import { belowBase, decodeParams, toPath } from './path.ts';
import { Refusal } from './problem.ts';
import { record } from './record.ts';

const SWITCHING_PROTOCOLS = 101;

/** The call of a handshake; `undefined` where no WebSocket route has this path. */
export function toHandshake(core: Core, exchange: Exchange): Call | undefined {
  const started = performance.now();
  const { target } = exchange;
  const at = target.indexOf('?');
  const whole = toPath(at === -1 ? target : target.slice(0, at));
  const path = whole === undefined ? undefined : belowBase(whole, core.base);
  if (path === undefined) return undefined;
  const bundle = core.options.release(exchange);
  const match = bundle.match('WS', path);
  if (match === undefined) return undefined;
  const release = core.state(bundle);
  const call = new Call(core, exchange, release, release.slot(match.data), path, at === -1 ? '' : target.slice(at + 1), started);
  call.params = match.params ?? {};
  core.inflight.add(call);
  return call;
}

/**
 * Everything before the handshake: origin, contract, middleware. `true`: the socket may open.
 * What refuses it is thrown, or answered as an HTTP request is.
 */
export async function openSocket(core: Core, call: Call): Promise<boolean> {
  decodeParams(call.params as Record<string, string>);
  refuseForeignOrigin(core, call);
  const gctx = (call.gctx = call.release.gctx ?? (await call.release.open(core.options.context)));
  const live = await call.slot.slot.live();
  call.plan = call.slot.plan(live, call.release);
  const errors: InputError[] = [];
  checkStrings(call, errors);
  if (errors.length > 0) throw refuse(errors);
  let accepted = false;
  const accept = (): void => {
    accepted = true;
  };
  const returned = await runMiddleware({ ...live, handler: accept }, new RequestContext(call), call.res, gctx, new RequestLocal(call));
  if (call.phase !== 'handler') return false;
  if (accepted) record(call, SWITCHING_PROTOCOLS);
  else answer(call, returned);
  return accepted;
}

/** Browsers send cookies along with a handshake from any page, and no CORS stands before it. */
function refuseForeignOrigin(core: Core, call: Call): void {
  const origin = call.exchange.header('origin');
  if (origin === undefined || core.cors?.allows(origin) === true) return;
  const forwarded = core.options.trustProxy === undefined ? undefined : call.exchange.header('x-forwarded-host');
  const host = forwarded ?? call.exchange.header('host');
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new Refusal(403, 'foreign_origin', { detail: 'This origin may not open a WebSocket here.' });
}
