import type { Contract, EffectContract, ModuleContract, RouteContract } from '../contract.ts';
import { canonicalSchema, compare } from '../schema/canonical.ts';
import type { Defs } from '../schema/ir.ts';
import { mergeDefs } from '../schema/merge.ts';
import { pruneDefs } from '../schema/refs.ts';
import { effectSchemas, mapEffect, mapRoute, routeSchemas } from './contract-schemas.ts';

/** One route with the definitions that it refers to, as the analyser gives it. */
export interface RoutePart {
  contract: RouteContract;
  $defs: Defs;
}

export interface EffectPart {
  contract: EffectContract;
  $defs: Defs;
}

export interface ContractParts {
  routes: RoutePart[];
  effects?: EffectPart[];
  modules?: ModuleContract[];
}

/**
 * Joins what was analysed route by route into one contract: sorted, every schema in its canonical form, one map of definitions
 * (names that clash are numbered in the order of the routes), nothing in it that nobody refers to. The order of the parts does not count.
 */
export function assembleContract(parts: ContractParts): Contract {
  const routes = parts.routes.toSorted((a, b) => compare(a.contract.id, b.contract.id));
  const effects = (parts.effects ?? []).toSorted((a, b) =>
    compare(a.contract.name, b.contract.name),
  );
  const all = [...routes, ...effects];
  const { $defs, rewrites } = mergeDefs(all.map((part) => part.$defs));
  const contract: Omit<Contract, '$defs'> = {
    routes: routes.map((part, index) => mapRoute(canonicalRoute(part.contract), rewrites[index]!)),
    effects: effects.map((part, index) =>
      mapEffect(mapEffect(part.contract, canonicalSchema), rewrites[routes.length + index]!),
    ),
    modules: (parts.modules ?? []).toSorted((a, b) => compare(a.name, b.name)),
  };
  return {
    ...contract,
    $defs: pruneDefs(
      [...contract.routes.flatMap(routeSchemas), ...contract.effects.flatMap(effectSchemas)],
      $defs,
    ),
  };
}

/** By identity, as only one route of a thousand changes with an edit. */
const canonicalRoutes = new WeakMap<RouteContract, RouteContract>();

function canonicalRoute(route: RouteContract): RouteContract {
  let result = canonicalRoutes.get(route);
  if (!result) canonicalRoutes.set(route, (result = mapRoute(route, canonicalSchema)));
  return result;
}
