import type { CloudName, Settings } from '../config/settings.ts';
import type { Room } from '../cloud/port.ts';
import { Cluster } from '../kube/cluster.ts';
import { toTarget } from '../objects/target.ts';
import { createStep, openCloud } from './cloud-step.ts';
import type { Call } from './command.ts';
import { buildStep, withTemporaryFolder } from './image-step.ts';
import { readEnvironment } from './read-app.ts';
import { rollOut } from './roll-out.ts';

/** Deploys to a cloud: what is missing there, image, registry, rollout. Returns the exit code. */
export async function deployToCloud(call: Call, provider: CloudName): Promise<number> {
  const { reporter, words, root, options } = call;
  const found = readEnvironment(call, words[0]);
  const settings: Settings = { ...found.settings, provider };
  return await withTemporaryFolder(async (folder) => {
    const built = await buildStep(call, settings, folder);
    const target = toTarget(built.build.manifest.name, found.environment, settings);
    const { cloud, session } = await reporter.step(
      provider,
      () => openCloud(provider, target, root),
      ({ session: { identity } }) =>
        `account ${identity.account}, ${identity.region}, ${identity.user}`,
    );
    const resources = session.resources({ createCluster: options['create-cluster'] === true });
    const inRoom = (...rooms: Room[]): typeof resources =>
      resources.filter(({ room }) => rooms.includes(room));
    await createStep(call, `${cloud.name} registry`, inRoom('registry'));
    await createStep(call, `${cloud.name} cluster`, inRoom('cluster'));
    const { repository, credentials } = await session.registry();
    const destination = { cluster: new Cluster(await session.cluster()), target };
    return await rollOut(call, {
      destination,
      built,
      settings: { ...settings, image: { ...settings.image, repository } },
      registry: { credentials: async () => credentials },
    });
  });
}
