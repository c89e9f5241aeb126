import { setTimeout as delay } from 'node:timers/promises';
import type { AppFacts } from '@gati/devtools/server';
import type { PluginContext } from '../../context.ts';
import { describeApp } from '../../project-facts.ts';
import type { Scan } from '../../scan/types.ts';

/** Milliseconds that a page waits for the contracts; without them it shows the list of routes. */
const CONTRACT_TIMEOUT = 1500;

/** Describes the app as its files are now. */
export async function readAppFacts(context: PluginContext, scan: Scan): Promise<AppFacts> {
  const contract = await Promise.race([
    context.analysis().then((analysis) => analysis.contract),
    delay(CONTRACT_TIMEOUT, undefined, { ref: false }),
  ]).catch(() => undefined);
  return describeApp(context.project, scan, contract, 'development');
}
