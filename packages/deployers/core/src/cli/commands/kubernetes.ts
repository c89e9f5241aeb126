import type { Call } from '../command.ts';
import { openDestination } from '../deploy-step.ts';
import { buildStep, withTemporaryFolder } from '../image-step.ts';
import { readEnvironment } from '../read-app.ts';
import { rollOut } from '../roll-out.ts';

/** `gati-deploy kubernetes [ENV]`: image, registry, rollout. */
export async function run(call: Call): Promise<number> {
  const { words, root } = call;
  const { environment, settings } = readEnvironment(call, words[0]);
  return await withTemporaryFolder(async (folder) => {
    const built = await buildStep(call, settings, folder);
    const { name } = built.build.manifest;
    const destination = await openDestination(settings, name, environment, root);
    return await rollOut(call, { destination, settings, built });
  });
}
