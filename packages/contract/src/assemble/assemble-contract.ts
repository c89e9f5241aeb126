import type { Contract, EffectContract, ModuleContract, RouteContract } from '../contract.ts';
import { canonicalSchema, compare } from '../schema/canonical.ts';
import type { Defs } from '../schema/ir.ts';
import { mergeDefs } from '../schema/merge.ts';
import { pruneDefs } from '../schema/refs.ts';
import {
  effectSchemas,
  mapEffect,
  mapModule,
  mapRoute,
  moduleSchemas,
  routeSchemas,
} from './contract-schemas.ts';

/** One analysed route, with the definitions that its schemas refer to. */
export interface RoutePart {
  contract: RouteContract;
  $defs: Defs;
}

/** One analysed effect, with the definitions that its schemas refer to. */
export interface EffectPart {
  contract: EffectContract;
  $defs: Defs;
}

/** One foreign module, with the definitions that its schemas refer to. */
export interface ModulePart {
  contract: ModuleContract;
  $defs: Defs;
}

/** Input of {@link assembleContract}. */
export interface ContractParts {
  routes: RoutePart[];
  effects?: EffectPart[];
  /** Modules that are files of the app. */
  modules?: ModuleContract[];
  /** Modules that run outside of the app's process. */
  foreign?: ModulePart[];
}

/**
 * Joins routes and effects that were analysed one by one into a contract.
 *
 * The result is sorted and every schema is canonical. All parts share one map of definitions
 * without unused ones. Definitions that differ but have the same name are numbered, in the order of
 * the routes. The order of the parts does not matter, and the parts are not changed.
 */
export function assembleContract(parts: ContractParts): Contract {
  const routes = parts.routes.toSorted((a, b) => compare(a.contract.id, b.contract.id));
  const effects = (parts.effects ?? []).toSorted((a, b) =>
    compare(a.contract.name, b.contract.name),
  );
  const foreign = parts.foreign ?? [];
  const all = [...routes, ...effects, ...foreign];
  const { $defs, rewrites } = mergeDefs(all.map((part) => part.$defs));
  const contract: Omit<Contract, '$defs'> = {
    routes: routes.map((part, index) => mapRoute(canonicalRoute(part.contract), rewrites[index]!)),
    effects: effects.map((part, index) =>
      mapEffect(mapEffect(part.contract, canonicalSchema), rewrites[routes.length + index]!),
    ),
    modules: [
      ...(parts.modules ?? []),
      ...foreign.map((part, index) =>
        mapModule(
          mapModule(part.contract, canonicalSchema),
          rewrites[routes.length + effects.length + index]!,
        ),
      ),
    ].toSorted((a, b) => compare(a.name, b.name)),
  };
  return {
    ...contract,
    $defs: pruneDefs(
      [
        ...contract.routes.flatMap(routeSchemas),
        ...contract.effects.flatMap(effectSchemas),
        ...contract.modules.flatMap(moduleSchemas),
      ],
      $defs,
    ),
  };
}

/** Cached by identity, because an edit changes only a few routes of a large app. */
const canonicalRoutes = new WeakMap<RouteContract, RouteContract>();

function canonicalRoute(route: RouteContract): RouteContract {
  let result = canonicalRoutes.get(route);
  if (!result) canonicalRoutes.set(route, (result = mapRoute(route, canonicalSchema)));
  return result;
}
