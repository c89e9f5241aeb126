import { type Contract, diffModules } from '@gati/contract';
import { contractOf, toModuleContract } from '../module-host/descriptor.ts';
import type { ModuleDescriptor } from '../types/foreign.ts';

/**
 * Returns what a descriptor breaks for a release that was built for another one: one sentence each.
 * The release sends inputs and receives outputs, so the rules of versions apply the other way round.
 */
export function findBreaks(
  name: string,
  { modules, $defs }: Pick<Contract, 'modules' | '$defs'>,
  descriptor: ModuleDescriptor,
): string[] {
  const before = modules.filter((module) => module.name === name);
  const after = contractOf(name, before[0]?.source ?? '', toModuleContract(name, descriptor));
  return diffModules({ modules: before, $defs }, after)
    .filter(({ level }) => level === 'major')
    .map(({ path, message }) => `${path}: ${message}`);
}
