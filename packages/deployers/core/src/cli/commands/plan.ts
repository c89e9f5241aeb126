import fs from 'node:fs';
import path from 'node:path';
import { readBuild } from '../../build/read-build.ts';
import { isCloud } from '../../cloud/load-cloud.ts';
import type { CloudSession } from '../../cloud/port.ts';
import type { Settings } from '../../config/settings.ts';
import { type Target, toTarget } from '../../objects/target.ts';
import { FOUNDATION, isComplete, openCloud, type Preview, previewStep } from '../cloud-step.ts';
import { type Call, OK } from '../command.ts';
import { checkStep } from '../contract-step.ts';
import { openDestination, planRelease, printPlan } from '../deploy-step.ts';
import {
  buildFolder,
  buildStep,
  referenceOf,
  releaseFacts,
  withTemporaryFolder,
} from '../image-step.ts';
import { readEnvironment } from '../read-app.ts';

/** `gati-deploy plan [ENV]`: builds the image to know its digest, and pushes nothing. */
export async function run(call: Call): Promise<number> {
  const { options, words, reporter, root } = call;
  const { environment, settings: given } = readEnvironment(call, words[0]);
  return await withTemporaryFolder(async (folder) => {
    const { manifest } = readBuild(buildFolder(call));
    const found = await inCloud(call, toTarget(manifest.name, environment, given));
    if (found.missing) {
      reporter.document({ resources: found.missing });
      return OK;
    }
    const { settings } = found;
    const built = await buildStep(call, settings, folder, found.session);
    const destination = await openDestination(settings, manifest.name, environment, root);
    await checkStep(call, destination, settings, built);
    const { plan } = await planRelease(
      destination,
      manifest,
      releaseFacts(settings, built, referenceOf(settings, built)),
      options['take-over'] === true,
    );
    printPlan(plan, call);
    if (typeof options['out'] === 'string') {
      const file = path.resolve(root, options['out']);
      fs.writeFileSync(file, `${JSON.stringify(plan, undefined, 2)}\n`, { mode: 0o600 });
      reporter.line(`wrote ${file}; \`gati-deploy apply\` needs the image in the registry`);
    }
    reporter.document(plan);
    return OK;
  });
}

/**
 * Adds facts of the cloud, such as the repository of the image, or returns the missing resources.
 */
async function inCloud(
  call: Call,
  target: Target,
): Promise<{ settings: Settings; session?: CloudSession; missing?: Preview[] }> {
  const { settings } = target;
  const { provider = 'kubernetes' } = settings;
  if (!isCloud(provider)) return { settings };
  const open = await openCloud(provider, target, call.root);
  const resources = open.session
    .resources({ createCluster: call.options['create-cluster'] === true })
    .filter(({ service }) => FOUNDATION.includes(service));
  const previews = await previewStep(call, open, resources);
  if (!isComplete(previews)) return { settings, missing: previews };
  const { session } = open;
  const { repository } = await session.registry();
  return { settings: { ...settings, image: { ...settings.image, repository } }, session };
}
