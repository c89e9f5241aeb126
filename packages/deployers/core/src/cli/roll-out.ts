import type { Settings } from '../config/settings.ts';
import type { RegistryOptions } from '../registry/client.ts';
import { type Call, OK } from './command.ts';
import { checkStep } from './contract-step.ts';
import { type Destination, dryRun, planRelease, printPlan, runPlan } from './deploy-step.ts';
import { type BuiltImage, pushStep, releaseFacts } from './image-step.ts';

export interface Rollout {
  destination: Destination;
  settings: Settings;
  built: BuiltImage;
  /** How to push the image. */
  registry?: RegistryOptions;
}

/** Pushes an image and rolls it out in a cluster. Returns the exit code. */
export async function rollOut(
  call: Call,
  { destination, settings, built, registry }: Rollout,
): Promise<number> {
  const { reporter, options } = call;
  const { manifest } = built.build;
  // An image is pushed only for a cluster that responds.
  await reporter.step(
    'cluster',
    async () => await destination.cluster.get(`api/v1/namespaces/${destination.target.namespace}`),
    () => `${destination.cluster.access.context}, namespace ${destination.target.namespace}`,
  );
  await checkStep(call, destination, settings, built);
  const { reference } = await pushStep(call, settings, built, registry);
  const release = releaseFacts(settings, built, reference);
  const force = options['take-over'] === true;
  const { plan, state } = await planRelease(destination, manifest, release, force);
  if (options['dry-run'] !== true) return await runPlan(call, destination, plan, state);
  printPlan(plan, call);
  const checked = await dryRun(destination.cluster, plan);
  reporter.line(`the cluster accepts ${checked.length} of these requests; nothing was stored`);
  reporter.document({ plan, checked });
  return OK;
}
