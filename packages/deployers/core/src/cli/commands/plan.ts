import fs from 'node:fs';
import path from 'node:path';
import { type Call, OK } from '../command.ts';
import { checkStep } from '../contract-step.ts';
import { openDestination, planRelease, printPlan } from '../deploy-step.ts';
import { buildStep, referenceOf, releaseFacts, withTemporaryFolder } from '../image-step.ts';
import { readEnvironment } from '../read-app.ts';

/** `gati-deploy plan [ENV]`: builds the image to know its digest, and pushes nothing. */
export async function run(call: Call): Promise<number> {
  const { options, words, reporter, root } = call;
  const { environment, settings } = readEnvironment(call, words[0]);
  return await withTemporaryFolder(async (folder) => {
    const built = await buildStep(call, settings, folder);
    const { manifest } = built.build;
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
