import type { ContractParts } from '@gati/contract';
import type { Scan } from './types.ts';

/** Returns the modules of a scan as parts of a contract. */
export function toModuleParts({
  modules,
  foreign = [],
}: Pick<Scan, 'modules' | 'foreign'>): Pick<ContractParts, 'modules' | 'foreign'> {
  return {
    modules,
    foreign: foreign.map(({ name, file, source, version, methods, container, $defs }) => ({
      contract: { name, file, source, version, methods, ...(container && { container }) },
      $defs,
    })),
  };
}
