import { setTimeout as delay } from 'node:timers/promises';
import type { AppFacts } from '@gati/devtools/server';
import type { PluginContext } from '../../context.ts';
import { listRoutes } from '../../scan/list-routes.ts';
import type { Scan } from '../../scan/types.ts';

/** Milliseconds that a page waits for the contracts; without them it shows the list of routes. */
const CONTRACT_TIMEOUT = 1500;

/** Describes the app as its files are now. */
export async function readAppFacts(
  context: PluginContext,
  scan: Scan,
): Promise<Omit<AppFacts, 'isRecorded'>> {
  const { app, options } = context.project;
  const contract = await Promise.race([
    context.analysis().then((analysis) => analysis.contract),
    delay(CONTRACT_TIMEOUT, undefined, { ref: false }),
  ]).catch(() => undefined);
  const byId = new Map(contract?.routes.map((route) => [route.id, route]));
  return {
    ...app,
    mode: 'development',
    base: options.base,
    routes: listRoutes(scan, options.base).map((route) => ({
      ...route,
      ...(byId.has(route.id) && { contract: byId.get(route.id)! }),
    })),
    effects: scan.effects.map(({ name, file }) => {
      const payload = contract?.effects.find((effect) => effect.name === name)?.payload;
      return { name, file, ...(payload && { payload }) };
    }),
    modules: scan.modules.map(({ name, file }) => ({ name, file })),
    $defs: contract?.$defs ?? {},
  };
}
