import { usageError } from '@gati/runtime-h3/command';
import { isCloud } from '../../cloud/load-cloud.ts';
import type { CloudSession, Resource } from '../../cloud/port.ts';
import { removeResources } from '../../cloud/reconcile.ts';
import { Cluster } from '../../kube/cluster.ts';
import { type Target, toTarget } from '../../objects/target.ts';
import { cloudProgress, createStep, openCloud, previewStep } from '../cloud-step.ts';
import { type Call, FINDING, OK } from '../command.ts';
import { readAppName, readEnvironment } from '../read-app.ts';
import { findOthers } from '../remove-objects.ts';

/** `gati-deploy cluster create|delete [ENV]`: the managed cluster of a cloud, without the app. */
export async function run(call: Call): Promise<number> {
  const [verb, word] = call.words;
  if (verb !== 'create' && verb !== 'delete')
    throw usageError(
      '`create` or `delete` is missing',
      'Use `gati-deploy cluster create` or `delete`.',
    );
  const { environment, settings } = readEnvironment(call, word);
  const { provider = 'kubernetes' } = settings;
  if (!isCloud(provider))
    throw usageError(
      `the target ${provider} is not a cloud`,
      'Set `provider` in gati.deploy.yaml to a cloud, such as aws.',
    );
  const target = toTarget(readAppName(call.root), environment, settings);
  const open = await openCloud(provider, target, call.root);
  const resources = open.session
    .resources({ createCluster: true })
    .filter(({ service }) => service === 'cluster');
  if (call.options['yes'] !== true) {
    await previewStep(call, open, resources);
    throw usageError(`this ${verb}s a cluster`, 'Add `--yes` to do it.');
  }
  if (verb === 'delete') return await remove(call, open.session, { target, resources });
  const created: string[] = [];
  for (const each of resources) if (!(await each.find())) created.push(each.name);
  await createStep(call, `${provider} cluster`, resources);
  call.reporter.document({ created });
  return OK;
}

/** Removes a cluster that a deploy created, if no workload runs in it. */
async function remove(
  call: Call,
  session: CloudSession,
  { target, resources }: { target: Target; resources: Resource[] },
): Promise<number> {
  const { reporter } = call;
  if (await session.hasCluster()) {
    const cluster = new Cluster(await session.cluster());
    const others = await findOthers({ cluster, target });
    const own = await cluster.list(`apis/apps/v1/namespaces/${target.namespace}/deployments`);
    const running = [
      ...others,
      ...own.map(({ metadata }) => `${target.namespace}/${metadata.name}`),
    ];
    if (running.length > 0) {
      reporter.warn(`the cluster stays, since it runs ${running.slice(0, 10).join(', ')}`);
      reporter.document({ deleted: [], running });
      return FINDING;
    }
  }
  const deleted = await removeResources(resources, cloudProgress(call));
  reporter.line(
    deleted.length > 0 ? `removed ${deleted.join(', ')}` : 'no deploy created a cluster',
  );
  reporter.document({ deleted });
  return OK;
}
