import { usageError } from '@gati/runtime-h3/command';
import { isCloud } from '../../cloud/load-cloud.ts';
import { Cluster } from '../../kube/cluster.ts';
import { toTarget } from '../../objects/target.ts';
import { listRevisions, liveRevision, readLiveState } from '../../plan/live-state.ts';
import { openCloud, toCloudTarget } from '../cloud-step.ts';
import { type Call, OK, PENDING } from '../command.ts';
import { balancerStep, edgeResources, edgeStep } from '../edge-step.ts';
import { readAppName, readEnvironment } from '../read-app.ts';

/** `gati-deploy edge [ENV]`: continues with certificate, CDN and DNS. */
export async function run(call: Call): Promise<number> {
  const { root, words, reporter } = call;
  const { environment, settings } = readEnvironment(call, words[0]);
  const { provider = 'kubernetes', url } = settings;
  if (!isCloud(provider) || settings.cloud?.edge !== true || url === undefined)
    throw usageError(
      'this environment has no edge',
      'Set `provider` to a cloud, `cloud.edge: true` and `url` in gati.deploy.yaml.',
    );
  const plain = toTarget(readAppName(root), environment, settings);
  const { session } = await openCloud(provider, plain, root);
  const target = await toCloudTarget(plain, session);
  const cluster = new Cluster(await session.cluster());
  const state = await readLiveState(cluster, target);
  const live = liveRevision(state);
  const release = listRevisions(state).find(({ revision }) => revision === live)?.release;
  const resources = await edgeResources(session, { cluster, target });
  await balancerStep(call, { cluster, target }, state);
  const pending = await edgeStep(call, resources, { url, release });
  reporter.document({ url, release: release ?? null, pending: pending ?? null });
  return pending === undefined ? OK : PENDING;
}
