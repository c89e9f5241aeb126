import type { Contract, EffectContract, RouteContract } from '../contract.ts';
import { sortContract } from '../assemble/sort-contract.ts';
import { compare } from '../schema/canonical.ts';
import type { Change, DiffPolicy } from './change.ts';
import { type Bump, highestLevel } from './levels.ts';
import { routeShape } from './route-shape.ts';
import { compareRoutes } from './compare-routes.ts';
import { compareModules } from './compare-modules.ts';
import { createReporters, type Reporter } from './reporter.ts';

/** All changes between two contracts. */
export interface Diff {
  /** Highest level of the changes. `none`: a client can't notice any. */
  bump: Bump;
  /** Sorted by route, then in the order of comparison. */
  changes: Change[];
}

/**
 * Compares two contracts and says what each change means to clients. Definitions are compared by
 * meaning; neither their names nor the order in schemas matter.
 *
 * A change counts as compatible only if every value that was valid stays valid, and that can be
 * proved. Otherwise it is `major`, with the rule `undecidable` if no other rule applies.
 *
 * @example
 * const { bump, changes } = diffContracts(before.contract, after.contract);
 * if (bump === 'major') console.error(changes.map(({ route, message }) => `${route}: ${message}`));
 */
export function diffContracts(old: Contract, now: Contract, policy: DiffPolicy = {}): Diff {
  const [before, after] = [sortContract(old), sortContract(now)];
  const changes: Change[] = [];
  const reporterOf = createReporters(before.$defs, after.$defs, policy, changes);
  for (const [one, other] of pairRoutes(before.routes, after.routes)) {
    const reporter = reporterOf((one ?? other)!.id);
    if (one && other) compareRoutes(reporter, one, other, policy);
    else reporter.report(other ? 'route-added' : 'route-removed', '');
  }
  const effects = new Map(after.effects.map((effect) => [effect.name, effect]));
  for (const each of before.effects)
    compareEffects(reporterOf(`effect ${each.name}`), each, effects.get(each.name));
  const known = new Set(before.effects.map(({ name }) => name));
  for (const { name } of after.effects)
    if (!known.has(name)) reporterOf(`effect ${name}`).report('effect-added', '');
  compareModules(before, after, policy, changes);
  return toDiff(changes);
}

/** Sorts changes by route and takes the highest level as the bump. */
export function toDiff(changes: Change[]): Diff {
  const sorted = [...changes].sort((a, b) => compare(a.route, b.route));
  return { bump: highestLevel(sorted.map(({ level }) => level)), changes: sorted };
}

/**
 * Pairs routes by method and path. Pairs the remaining ones by shape, so that a renamed parameter
 * is not a removed and an added route.
 */
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

/** Payloads in the queue come from older code, so they are compared like requests. */
function compareEffects(
  reporter: Reporter,
  before: EffectContract,
  after: EffectContract | undefined,
): void {
  if (!after) return reporter.report('effect-removed', '');
  if (before.payload ?? after.payload)
    reporter.compare('request', before.payload ?? {}, after.payload ?? {}, 'payload');
}
