import type { RunOutcome } from '../../types/telemetry.ts';
import type { TrapCondition } from '../../types/trap.ts';

/** Facts of a request that are known before its response is complete. */
export interface RequestFacts {
  method: string;
  route: string;
  version: string;
  hasHeader(name: string): boolean;
}

/** Whether a trap is for runs of effects. */
export const isForRuns = ({ effect, outcome }: TrapCondition): boolean =>
  effect !== undefined || outcome !== undefined;

/**
 * Whether a request can match, before its status and duration are known.
 */
export function canMatch(where: TrapCondition, facts: RequestFacts): boolean {
  if (isForRuns(where)) return false;
  const { method, route, version, header } = where;
  return (
    (method === undefined || method === facts.method) &&
    (route === undefined || route === facts.route) &&
    (version === undefined || version === facts.version) &&
    (header === undefined || facts.hasHeader(header))
  );
}

/** Whether the end of a request matches. */
export function matchesEnd({ status, minUs }: TrapCondition, end: number, us: number): boolean {
  if (minUs !== undefined && us < minUs) return false;
  if (status === undefined) return true;
  return typeof status === 'number' ? status === end : Math.floor(end / 100) === Number(status[0]);
}

export interface RunFacts {
  effect: string;
  outcome: RunOutcome;
  version: string;
  us: number;
}

export function matchesRun(where: TrapCondition, run: RunFacts): boolean {
  if (!isForRuns(where)) return false;
  const { effect, outcome, version, minUs } = where;
  return (
    (effect === undefined || effect === run.effect) &&
    (outcome === undefined || outcome === run.outcome) &&
    (version === undefined || version === run.version) &&
    (minUs === undefined || run.us >= minUs)
  );
}
