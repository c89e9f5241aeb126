import type { EffectFile, NamedFile, RouteFile, Scan } from '../scan/types.ts';
import type { AnalyzedEffect, AnalyzedRoute, LoadSchema } from './analyzer.ts';
import { analyzeEffect } from './contract/analyze-effect.ts';
import { analyzeRoute } from './contract/analyze-route.ts';
import { loadPayload, loadSchemas } from './contract/schema-values/load-schemas.ts';
import type { ProgramSnapshot } from './program-snapshot.ts';

export type AnalysisResult = AnalyzedRoute | AnalyzedEffect;

/** One route or one effect that can be analysed. */
export interface Subject<Result extends AnalysisResult = AnalysisResult> {
  /** Identifies the result in the cache. */
  name: string;
  file: string;
  /** Files that the result depends on in addition to the imports of `file`. */
  extraFiles: readonly string[];
  /** JSON of the scanned route or effect. */
  facts: string;
  /**
   * Loads the schema values, which runs the user's code. Resolves to the function that reads the
   * contract.
   */
  prepare(): Promise<(snapshot: ProgramSnapshot) => Omit<Result, 'dependencies'>>;
}

export interface SchemaSource {
  root: string;
  loadSchema?: LoadSchema;
}

export function routeSubject(
  route: RouteFile,
  { root, loadSchema }: SchemaSource,
): Subject<AnalyzedRoute> {
  // A route that only moved within its file keeps its result, as does one whose guards moved.
  const { line: _, guardPlaces: __, ...facts } = route;
  return {
    name: routeKey(route),
    file: route.file,
    extraFiles: [...route.guards, ...route.middleware],
    facts: JSON.stringify(facts),
    prepare: async () => {
      const loaded = await loadSchemas(route, loadSchema, root);
      return (snapshot) => analyzeRoute(snapshot, route, loaded);
    },
  };
}

export function effectSubject(
  effect: EffectFile,
  { root, loadSchema }: SchemaSource,
): Subject<AnalyzedEffect> {
  return {
    name: effectKey(effect),
    file: effect.file,
    extraFiles: [],
    facts: JSON.stringify(effect),
    prepare: async () => {
      const loaded = await loadPayload(effect, loadSchema, root);
      return (snapshot) => analyzeEffect(snapshot, effect, loaded);
    },
  };
}

/** All routes and effects of an app. */
export function subjectsOf(
  { routes, effects }: Pick<Scan, 'routes' | 'effects'>,
  source: SchemaSource,
): Subject[] {
  return [
    ...routes.map((route) => routeSubject(route, source)),
    ...effects.map((effect) => effectSubject(effect, source)),
  ];
}

export const routeKey = ({ id, file }: RouteFile): string => `route ${id} ${file}`;
export const effectKey = ({ name, file }: NamedFile): string => `effect ${name} ${file}`;
