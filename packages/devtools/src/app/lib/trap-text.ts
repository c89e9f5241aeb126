import type { Trap, TrapCondition } from '../../api/traps.ts';

/** Fields of the form that arms a trap. Empty ones are no conditions. */
export interface TrapForm {
  kind: 'requests' | 'runs';
  method: string;
  route: string;
  status: string;
  version: string;
  /** Milliseconds. */
  slower: string;
  header: string;
  effect: string;
  outcome: string;
}

/** Returns the conditions of a form. */
export function toCondition(form: TrapForm): TrapCondition {
  const { version, slower } = form;
  const shared: TrapCondition = {
    ...(version && { version: version.trim() }),
    ...(slower && { minUs: Number(slower) * 1000 }),
  };
  if (form.kind === 'runs') {
    const { effect, outcome } = form;
    return {
      ...shared,
      ...(effect && { effect: effect.trim() }),
      ...(outcome && { outcome: outcome as NonNullable<TrapCondition['outcome']> }),
    };
  }
  const { method, route, header } = form;
  const status = form.status.trim().toLowerCase();
  return {
    ...shared,
    ...(method && { method }),
    ...(route && { route: route.trim() }),
    ...(status && { status: toStatus(status) }),
    ...(header && { header: header.trim().toLowerCase() }),
  };
}

const toStatus = (text: string): NonNullable<TrapCondition['status']> =>
  (/^\d{3}$/.test(text) ? Number(text) : text) as NonNullable<TrapCondition['status']>;

const STATES: Record<Trap['state'], string> = {
  armed: 'Armed',
  full: 'Full',
  expired: 'Expired',
};

export const printTrapState = ({ state }: Trap): string => STATES[state];
