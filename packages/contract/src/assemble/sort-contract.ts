import type { Contract } from '../contract.ts';
import { sortSchema } from '../schema/canonical.ts';
import { mapValues } from '../schema/walk.ts';
import { mapEffect, mapModule, mapRoute } from './contract-schemas.ts';

/** Cached by identity: a contract never changes, and a build sorts it several times. */
const sorted = new WeakMap<Contract, Contract>();

/**
 * Returns a contract whose schemas have the sorted form: for comparisons, hashes and code. People
 * read the contract itself, in the order in which its author wrote it.
 */
export function sortContract(contract: Contract): Contract {
  let result = sorted.get(contract);
  if (!result) {
    result = {
      ...contract,
      routes: contract.routes.map((route) => mapRoute(route, sortSchema)),
      effects: contract.effects.map((effect) => mapEffect(effect, sortSchema)),
      modules: contract.modules.map((module) => mapModule(module, sortSchema)),
      $defs: mapValues(contract.$defs, sortSchema),
    };
    sorted.set(contract, result);
    sorted.set(result, result);
  }
  return result;
}
