import type { Settings } from '../config/settings.ts';
import { assertNoPreview } from '../preview/preview-namespace.ts';
import type { RegistryOptions } from '../registry/client.ts';
import { type Call, OK } from './command.ts';
import { checkStep } from './contract-step.ts';
import { type Destination, dryRun, planRelease, printPlan, runPlan } from './deploy-step.ts';
import { type BuiltImage, pushStep, releaseFacts } from './image-step.ts';

export interface Rollout {
  destination: Destination;
  settings: Settings;
  built: BuiltImage;
  /** Access to the registry that gets the image. */
  registry?: RegistryOptions;
  /** Work before the release serves, once it is pushed. */
  prepare?(): Promise<void>;
  /** Whether the app is not reachable at `url` yet, so that the rollout does not check it. */
  skipUrl?: boolean;
  /** Whether the namespace belongs to a preview, so that the cluster removes it later. */
  isPreview?: boolean;
}

/** Pushes an image and rolls it out in a cluster. Returns the exit code. */
export async function rollOut(
  call: Call,
  { destination, settings, built, registry, prepare, skipUrl = false, isPreview = false }: Rollout,
): Promise<number> {
  const { reporter, options } = call;
  const { manifest } = built.build;
  // An image is pushed only for a cluster that responds.
  await reporter.step(
    'cluster',
    async () => {
      const { cluster, target } = destination;
      const namespace = await cluster.get(`api/v1/namespaces/${target.namespace}`);
      if (!isPreview) assertNoPreview(namespace);
    },
    () => `${destination.cluster.access.context}, namespace ${destination.target.namespace}`,
  );
  await checkStep(call, destination, settings, built);
  const { reference } = await pushStep(call, settings, built, registry);
  if (options['dry-run'] !== true) await prepare?.();
  const release = releaseFacts(settings, built, reference);
  const force = options['take-over'] === true;
  const { plan, state, target } = await planRelease(destination, manifest, release, force);
  for (const step of plan.steps) if (step.kind === 'verify' && skipUrl) step.url = null;
  if (options['dry-run'] !== true)
    return await runPlan(call, { ...destination, target }, plan, state);
  printPlan(plan, call);
  const checked = await dryRun(destination.cluster, plan);
  reporter.line(`the cluster accepts ${checked.length} of these requests; nothing was stored`);
  reporter.document({ plan, checked });
  return OK;
}
