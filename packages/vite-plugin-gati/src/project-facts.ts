import type { Contract } from '@gati/contract';
import type { AppFacts } from '@gati/devtools/server';
import type { Project } from './project.ts';
import { listRoutes } from './scan/list-routes.ts';
import type { Scan } from './scan/types.ts';

/** Describes an app for the panel. Without a contract, it shows the list of routes. */
export function describeApp(
  { app, options }: Pick<Project, 'app' | 'options'>,
  scan: Scan,
  contract: Contract | undefined,
  mode: AppFacts['mode'],
): AppFacts {
  const byId = new Map(contract?.routes.map((route) => [route.id, route]));
  return {
    ...app,
    mode,
    base: options.base,
    missingVersion: options.missingVersion,
    routes: listRoutes(scan, options.base).map((route) => ({
      ...route,
      ...(byId.has(route.id) && { contract: byId.get(route.id)! }),
    })),
    effects: scan.effects.map(({ name, file, schedule, timezone }) => {
      const payload = contract?.effects.find((effect) => effect.name === name)?.payload;
      return {
        name,
        file,
        ...(payload && { payload }),
        ...(schedule !== undefined && { schedule }),
        ...(timezone !== undefined && { timezone }),
      };
    }),
    modules: [
      ...scan.modules.map(({ name, file }) => ({ name, file })),
      ...(scan.foreign ?? []).map(({ name, file, source, version }) => {
        const methods = contract?.modules.find((module) => module.name === name)?.methods;
        return { name, file, source, version, ...(methods && { methods }) };
      }),
    ],
    $defs: contract?.$defs ?? {},
  };
}
