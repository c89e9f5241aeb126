import { Call } from './call.ts';
import type { Core } from '../app-state.ts';
import type { Exchange } from '../adapters/exchange.ts';
import { belowBase, toPath } from './path.ts';
import type { ReleaseState, SlotState } from '../route/route-plan.ts';
import type { Asked } from '../versions/requested-version.ts';

/** A request before it is known which release and route it is for. */
export class Arrival implements Asked {
  readonly core: Core;
  readonly exchange: Exchange;
  readonly started: number = performance.now();
  /** Below the base, not decoded; `undefined`: nothing that could be a route. */
  readonly path: string | undefined;
  /** Query without the `?`, and without the version once that is taken. */
  search: string;
  /** Whose the request is where no route has its path. */
  readonly next: (() => void) | undefined;

  constructor(core: Core, exchange: Exchange, next: (() => void) | undefined) {
    this.core = core;
    this.exchange = exchange;
    this.next = next;
    const { target } = exchange;
    const at = target.indexOf('?');
    const whole = toPath(at === -1 ? target : target.slice(0, at));
    this.path = whole === undefined ? undefined : belowBase(whole, core.base);
    this.search = at === -1 ? '' : target.slice(at + 1);
  }

  /** From here on it counts as in flight. */
  begin(release: ReleaseState, slot: SlotState): Call {
    const { core, exchange, path, search, started } = this;
    const call = new Call(core, exchange, release, slot, path ?? exchange.target, search, started);
    core.inflight.add(call);
    if (core.cors !== undefined) call.cors = core.cors.headers(exchange.header('origin'));
    release.open++;
    release.usedAt = started;
    return call;
  }
}
