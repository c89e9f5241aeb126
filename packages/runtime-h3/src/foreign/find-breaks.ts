import { type Contract, diffModules } from '@gati/contract';
import { contractOf, toModuleContract } from '../module-host/descriptor.ts';
import type { BoundMethod, ModuleDescriptor } from '../types/foreign.ts';

/**
 * Returns what a descriptor breaks for a release that was built for another one: one sentence each.
 * The release sends inputs and receives outputs, so the rules of versions apply the other way round.
 *
 * @param bound methods of the release, whose HTTP requests must stay
 */
export function findBreaks(
  name: string,
  { modules, $defs }: Pick<Contract, 'modules' | '$defs'>,
  descriptor: ModuleDescriptor,
  bound: Readonly<Record<string, BoundMethod>> = {},
): string[] {
  const before = modules.filter((module) => module.name === name);
  const after = contractOf(name, before[0]?.source ?? '', toModuleContract(name, descriptor));
  const changed = Object.entries(bound).flatMap(([method, { operation }]) => {
    const now = descriptor.methods[method]?.operation;
    const isOther = operation !== undefined && now !== undefined && now !== operation;
    return isOther ? [`${method}: ${operation} is ${now} now.`] : [];
  });
  const breaks = diffModules({ modules: before, $defs }, after)
    .filter(({ level }) => level === 'major')
    .map(({ path, message }) => `${path}: ${message}`);
  return [...changed, ...breaks];
}
