import type { Contract, EffectContract, RouteContract } from '../contract.ts';
import { compare } from '../schema/canonical.ts';
import type { Change, DiffPolicy } from './change.ts';
import { type Bump, highestLevel } from './levels.ts';
import { routeShape } from './route-shape.ts';
import { compareRoutes } from './compare-routes.ts';
import { createReporters, type Reporter } from './reporter.ts';

export interface Diff {
  /** `none`: nothing that a caller could notice. */
  bump: Bump;
  /** By route, then by place. */
  changes: Change[];
}

/** What changed between two contracts and how much it means to callers. Names of definitions do not count, what they say does. */
export function diffContracts(before: Contract, after: Contract, policy: DiffPolicy = {}): Diff {
  const changes: Change[] = [];
  const reporterOf = createReporters(before.$defs, after.$defs, policy, changes);
  for (const [old, now] of pairRoutes(before.routes, after.routes)) {
    const reporter = reporterOf((old ?? now)!.id);
    if (old && now) compareRoutes(reporter, old, now, policy);
    else reporter.report(now ? 'route-added' : 'route-removed', '');
  }
  const effects = new Map(after.effects.map((effect) => [effect.name, effect]));
  for (const old of before.effects)
    compareEffects(reporterOf(`effect ${old.name}`), old, effects.get(old.name));
  const known = new Set(before.effects.map(({ name }) => name));
  for (const { name } of after.effects)
    if (!known.has(name)) reporterOf(`effect ${name}`).report('effect-added', '');
  return toDiff(changes);
}

/** Sorts the changes and reads the bump from them. */
export function toDiff(changes: Change[]): Diff {
  const sorted = [...changes].sort((a, b) => compare(a.route, b.route));
  return { bump: highestLevel(sorted.map(({ level }) => level)), changes: sorted };
}

/** By method and path; what is left, by what they answer, so that a renamed parameter is not a route gone and a route new. */
function pairRoutes(
  before: RouteContract[],
  after: RouteContract[],
): [RouteContract | undefined, RouteContract | undefined][] {
  const left = new Set(after);
  const pairs = new Map<RouteContract, RouteContract>();
  for (const key of [
    ({ method, path }: RouteContract): string => `${method} ${path}`,
    routeShape,
  ]) {
    const byKey = new Map([...left].map((route) => [key(route), route]));
    for (const route of before) {
      const other = pairs.has(route) ? undefined : byKey.get(key(route));
      if (!other || !left.delete(other)) continue;
      pairs.set(route, other);
    }
  }
  return [
    ...before.map((route): [RouteContract, RouteContract | undefined] => [route, pairs.get(route)]),
    ...[...left].map((route): [undefined, RouteContract] => [undefined, route]),
  ];
}

/** What is queued was written by older code, so a payload is read as a request is. */
function compareEffects(
  reporter: Reporter,
  before: EffectContract,
  after: EffectContract | undefined,
): void {
  if (!after) return reporter.report('effect-removed', '');
  if (before.payload ?? after.payload)
    reporter.compare('request', before.payload ?? {}, after.payload ?? {}, 'payload');
}
