import { assembleContract } from '@gati/contract';
import type { AnalyzedEffect, AnalyzedRoute } from '../analyze/analyzer.ts';
import { createVersionProposer } from '../releases/propose-version.ts';
import { toModuleParts } from '../scan/module-parts.ts';
import type { Scan } from '../scan/types.ts';
import { type GenerateTarget, writeGenerated, writeTypes } from './write-generated.ts';

/** Changes since the last call. Plain data, so that it can be posted to a thread. */
export interface GeneratedParts {
  scan: Scan;
  /** Contracts that are new or changed. If absent, only the types of routes are written. */
  parts?: { routes: AnalyzedRoute[]; effects: AnalyzedEffect[] };
}

/** Writes `.gati`. Returns the files, from the root, whose bytes changed. */
export type WriteParts = (input: GeneratedParts) => Promise<string[]>;

/** Creates a function that writes `.gati` and remembers the contracts of earlier calls. */
export function createPartsWriter(target: GenerateTarget): WriteParts {
  const routes = new Map<string, AnalyzedRoute>();
  const effects = new Map<string, AnalyzedEffect>();
  const propose = createVersionProposer(target);
  return async ({ scan, parts }) => {
    if (!parts) return writeTypes(target.root, scan);
    for (const route of parts.routes) routes.set(route.contract.id, route);
    for (const effect of parts.effects) effects.set(effect.contract.name, effect);
    const contract = assembleContract({
      routes: scan.routes.flatMap(({ id }) => routes.get(id) ?? []),
      effects: scan.effects.flatMap(({ name }) => effects.get(name) ?? []),
      ...toModuleParts(scan),
    });
    const app = { ...target.app, version: await propose(contract) };
    return writeGenerated({ ...target, app }, { contract, scan });
  };
}
