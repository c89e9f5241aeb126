import { RequestLocal } from '../../context/local.ts';
import { RequestContext } from '../../context/req.ts';
import type { InputError } from '../../validate/explain.ts';
import { answer } from '../response/respond.ts';
import type { Arrival } from '../request/incoming.ts';
import type { Call } from '../request/call.ts';
import { checkStrings, refuse } from '../request/validate-input.ts';
import type { Core } from '../app-state.ts';
import { fail } from '../response/respond-error.ts';
import { loadRelease } from '../route/load-release.ts';
import { runMiddleware } from '../route/middleware.ts';
import { decodeParams } from '../request/path.ts';
import { Refusal } from '../response/problem.ts';
import { record } from '../response/finish-call.ts';
import { answerUnmatched } from '../response/respond-unmatched.ts';

const SWITCHING_PROTOCOLS = 101;

/** Whether some release has a WebSocket route at this path; if not, the handshake is nobody's. */
export function isSocketRoute({ core, path }: Arrival): boolean {
  return path !== undefined && core.table.has('WS', path);
}

/** The call of a handshake that goes through; what refuses one is answered as an HTTP request is. */
export async function acceptSocket(arrival: Arrival): Promise<Call | undefined> {
  const call = await toHandshake(arrival);
  if (call === undefined) return undefined;
  try {
    return (await openSocket(arrival.core, call)) ? call : undefined;
  } catch (error) {
    return void fail(call, error);
  }
}

async function toHandshake(arrival: Arrival): Promise<Call | undefined> {
  const { core, path } = arrival;
  const chosen = core.table.choose(arrival, 'WS');
  if (chosen.status !== 200) return void answerUnmatched(arrival, chosen);
  // Migrations carry requests and answers, not messages.
  if (chosen.release.carried)
    return void answerUnmatched(arrival, core.table.refuseRetired(chosen.release));
  const release = await loadRelease(arrival, core.state(chosen.release));
  if (release === undefined) return undefined;
  const match = path === undefined ? undefined : release.bundle.match('WS', path);
  if (match === undefined) return void answerUnmatched(arrival, release);
  const call = arrival.begin(release, release.slot(match.data));
  call.params = match.params ?? {};
  return call;
}

/** Everything before the handshake: origin, contract, middleware. `true`: the socket may open. */
async function openSocket(core: Core, call: Call): Promise<boolean> {
  decodeParams(call.params as Record<string, string>);
  refuseHandshake(call);
  refuseForeignOrigin(core, call);
  const gctx = (call.gctx =
    call.release.gctx ?? (await call.release.openContext(core.options.context)));
  const live = await call.slot.slot.live();
  call.plan = call.slot.plan(live, call.release);
  const errors: InputError[] = [];
  checkStrings(call, errors);
  if (errors.length > 0) throw refuse(errors);
  let accepted = false;
  const accept = (): void => {
    accepted = true;
  };
  const returned = await runMiddleware(
    { ...live, handler: accept },
    new RequestContext(call),
    call.res,
    gctx,
    new RequestLocal(call),
  );
  if (call.phase !== 'handler') return false;
  if (accepted) record(call, SWITCHING_PROTOCOLS);
  else answer(call, returned);
  return accepted;
}

/** RFC 6455, section 4.2.1: what `ws` would refuse later, and not as a problem. */
function refuseHandshake({ exchange }: Call): void {
  const version = exchange.header('sec-websocket-version');
  if (version !== '13' && version !== '8')
    throw new Refusal(426, 'upgrade_required', { detail: 'Sec-WebSocket-Version is not 13.' }, [
      'sec-websocket-version',
      '13',
    ]);
  if (!/^[+/0-9A-Za-z]{22}==$/.test(exchange.header('sec-websocket-key') ?? ''))
    throw new Refusal(400, 'bad_handshake', {
      detail: 'Sec-WebSocket-Key is not 16 bytes in base64.',
    });
}

/** Browsers send cookies along with a handshake from any page, and no CORS stands before it. */
function refuseForeignOrigin(core: Core, call: Call): void {
  const origin = call.exchange.header('origin');
  if (origin === undefined || core.cors?.allows(origin) === true) return;
  const forwarded =
    core.options.trustProxy === undefined ? undefined : call.exchange.header('x-forwarded-host');
  const host = forwarded ?? call.exchange.header('host');
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new Refusal(403, 'foreign_origin', {
    detail: 'This origin may not open a WebSocket here.',
  });
}
