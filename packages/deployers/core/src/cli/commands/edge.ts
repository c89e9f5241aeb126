import { usageError } from '@gati/runtime-h3/command';
import { isCloud } from '../../cloud/load-cloud.ts';
import { Cluster } from '../../kube/cluster.ts';
import { toTarget } from '../../objects/target.ts';
import { listRevisions, liveRevision, readLiveState } from '../../plan/live-state.ts';
import { openCloud } from '../cloud-step.ts';
import { type Call, OK, PENDING } from '../command.ts';
import { edgeResources, edgeStep } from '../edge-step.ts';
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
  const target = toTarget(readAppName(root), environment, settings);
  const { session } = await openCloud(provider, target, root);
  const cluster = new Cluster(await session.cluster());
  const state = await readLiveState(cluster, target);
  const live = liveRevision(state);
  const release = listRevisions(state).find(({ revision }) => revision === live)?.release;
  const resources = edgeResources(session, { cluster, target });
  const pending = await edgeStep(call, resources, { url, release });
  reporter.document({ url, release: release ?? null, pending: pending ?? null });
  return pending === undefined ? OK : PENDING;
}
