import { assembleContract } from '@gati/contract';
import type { AnalyzedEffect, AnalyzedRoute } from '../analyze/analyzer.ts';
import { writeGenerated, writeTypes } from './write-generated.ts';
import type { GenerateTarget } from './write-generated.ts';
import { createVersionProposer } from '../releases/propose-version.ts';
import type { Scan } from '../scan/types.ts';

/** Plain data, so that it can go to a worker. */
export interface GenerateInput {
  scan: Scan;
  /** Contracts that are new since the last time. Absent: the types alone are to be written. */
  parts?: { routes: AnalyzedRoute[]; effects: AnalyzedEffect[] };
}

export type GenerateParts = (input: GenerateInput) => Promise<string[]>;

/** Writes `.gati` from contracts that come one by one: what did not change is not told again. */
export function createPartsWriter(project: GenerateTarget): GenerateParts {
  const routes = new Map<string, AnalyzedRoute>();
  const effects = new Map<string, AnalyzedEffect>();
  const propose = createVersionProposer(project);
  return async ({ scan, parts }) => {
    if (!parts) return writeTypes(project.root, scan);
    for (const route of parts.routes) routes.set(route.contract.id, route);
    for (const effect of parts.effects) effects.set(effect.contract.name, effect);
    const contract = assembleContract({
      routes: scan.routes.flatMap(({ id }) => routes.get(id) ?? []),
      effects: scan.effects.flatMap(({ name }) => effects.get(name) ?? []),
      modules: scan.modules,
    });
    const app = { ...project.app, version: await propose(contract) };
    return writeGenerated({ ...project, app }, { contract, scan });
  };
}
