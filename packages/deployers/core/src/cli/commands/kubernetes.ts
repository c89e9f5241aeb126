import { type Call, OK } from '../command.ts';
import { dryRun, openDestination, planRelease, printPlan, runPlan } from '../deploy-step.ts';
import { buildStep, pushStep, releaseFacts, withTemporaryFolder } from '../image-step.ts';
import { readEnvironment } from '../read-app.ts';

/** `gati-deploy kubernetes [ENV]`: image, registry, rollout. */
export async function run(call: Call): Promise<number> {
  const { reporter, options, words } = call;
  const { environment, settings } = readEnvironment(call, words[0]);
  return await withTemporaryFolder(async (folder) => {
    const built = await buildStep(call, settings, folder);
    const { manifest } = built.build;
    const destination = openDestination(settings, manifest.name, environment);
    // An image is pushed only for a cluster that responds.
    await reporter.step(
      'cluster',
      async () =>
        await destination.cluster.get(`api/v1/namespaces/${destination.target.namespace}`),
      () => `${destination.cluster.access.context}, namespace ${destination.target.namespace}`,
    );
    const { reference } = await pushStep(call, settings, built);
    const release = releaseFacts(settings, built, reference);
    const { plan, state } = await planRelease(
      destination,
      manifest,
      release,
      options['take-over'] === true,
    );
    if (options['dry-run'] !== true) return await runPlan(call, destination, plan, state);
    printPlan(plan, call);
    const checked = await dryRun(destination.cluster, plan);
    reporter.line(`the cluster accepts ${checked.length} of these requests; nothing was stored`);
    reporter.document({ plan, checked });
    return OK;
  });
}
