import { merge, type State } from '../state/state.ts';
import type { Flow, Jump } from '../interpreter-api.ts';

export function emptyFlow(normal: State[] = []): Flow {
  return { normal, returns: [], breaks: [], continues: [] };
}

/** Adds the returns and jumps of a part to those of the whole. */
export function addJumps(into: Flow, from: Flow): void {
  into.returns.push(...from.returns);
  into.breaks.push(...from.breaks);
  into.continues.push(...from.continues);
}

/** Ends the breaks of a loop or `switch` here: their states continue normally. */
export function takeBreaks(flow: Flow, label: string | undefined): void {
  const mine = (jump: Jump): boolean =>
    jump.label === undefined || (label !== undefined && jump.label === label);
  flow.normal = merge([...flow.normal, ...flow.breaks.filter(mine).map(({ state }) => state)]);
  flow.breaks = flow.breaks.filter((jump) => !mine(jump));
}

/** Like {@link takeBreaks} for a labelled statement, which only a labelled `break` leaves. */
export function takeLabel(flow: Flow, label: string): void {
  flow.normal = merge([
    ...flow.normal,
    ...flow.breaks.filter((jump) => jump.label === label).map(({ state }) => state),
  ]);
  flow.breaks = flow.breaks.filter((jump) => jump.label !== label);
}
