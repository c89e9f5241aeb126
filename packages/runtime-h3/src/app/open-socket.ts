import { RequestLocal } from '../context/local.ts';
import { RequestContext } from '../context/req.ts';
import type { InputError } from '../validate/explain.ts';
import { answer } from './answer.ts';
import type { Call } from './call.ts';
import { checkStrings, refuse } from './check.ts';
import type { Core } from './core.ts';
import { runMiddleware } from './middleware.ts';
import { Refusal } from './problem.ts';
import { record } from './record.ts';

const SWITCHING_PROTOCOLS = 101;

/** Everything before the handshake: origin, contract, middleware. What refuses it answers as an HTTP request is answered. */
export async function openSocket(core: Core, call: Call, accept: () => Promise<void>): Promise<void> {
  refuseForeignOrigin(core, call);
  const gctx = (call.gctx = call.release.gctx ?? (await call.release.open(core.options.context)));
  const live = await call.slot.slot.live();
  call.plan = call.slot.plan(live, call.release);
  const errors: InputError[] = [];
  checkStrings(call, errors);
  if (errors.length > 0) throw refuse(errors);
  let accepted = false;
  const chain = {
    ...live,
    handler: () => {
      accepted = true;
    },
  };
  const returned = await runMiddleware(chain, new RequestContext(call), call.res, gctx, new RequestLocal(call));
  if (call.phase !== 'handler') return;
  if (!accepted) return answer(call, returned);
  record(call, SWITCHING_PROTOCOLS);
  await accept();
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
