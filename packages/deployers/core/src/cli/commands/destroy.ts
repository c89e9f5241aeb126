import { usageError } from '@gati/runtime-h3/command';
import type { Found, Resource } from '../../cloud/port.ts';
import { isCloud } from '../../cloud/load-cloud.ts';
import { removeResources } from '../../cloud/reconcile.ts';
import type { CloudName } from '../../config/settings.ts';
import { Cluster, type KubeObject } from '../../kube/cluster.ts';
import { nameOf } from '../../kube/kinds.ts';
import { toTarget } from '../../objects/target.ts';
import { readLiveState } from '../../plan/live-state.ts';
import { cloudProgress, type OpenCloud, openCloud } from '../cloud-step.ts';
import { type Call, OK } from '../command.ts';
import { readAppName, readEnvironment } from '../read-app.ts';
import { type Deployed, readDeployed } from '../read-deployed.ts';
import { findOthers, ownObjects, removeObjects, waitForServices } from '../remove-objects.ts';

/** `gati-deploy destroy [ENV] --yes`: removes what deploys created. */
export async function run(call: Call): Promise<number> {
  const { provider = 'kubernetes' } = readEnvironment(call, call.words[0]).settings;
  if (isCloud(provider)) return await destroyInCloud(call, provider);
  const deployed = await readDeployed(call, call.words[0]);
  const { target } = deployed;
  const own = ownObjects(deployed);
  for (const object of own) call.reporter.line(`  ${nameOf(object)}`);
  if (own.length === 0) {
    call.reporter.line(`${target.app} is not deployed in ${target.namespace}`);
    call.reporter.document({ deleted: [] });
    return OK;
  }
  assertYes(call, `this removes ${own.length} objects of ${target.app} in ${target.namespace}`);
  await removeObjects(deployed, own);
  call.reporter.line(
    `removed ${own.length} objects. Secrets and the namespace ${target.namespace} stay.`,
  );
  call.reporter.document({ deleted: toNames(own) });
  return OK;
}

const toNames = (objects: KubeObject[]): { kind: string; name: string }[] =>
  objects.map(({ kind, metadata }) => ({ kind, name: metadata.name }));

function assertYes({ options }: Call, what: string): void {
  if (options['yes'] !== true)
    throw usageError(what, 'Add `--yes` to do it. Secrets and the namespace stay.');
}

/** Removes the objects in the cluster, and then the resources that deploys created in a cloud. */
async function destroyInCloud(call: Call, provider: CloudName): Promise<number> {
  const { reporter, root, words } = call;
  const { environment, settings } = readEnvironment(call, words[0]);
  const target = toTarget(readAppName(root), environment, settings);
  const open = await openCloud(provider, target, root);
  const own = await findOwn(open);
  const inCluster = await findObjects(open, target);
  const objects = inCluster ? ownObjects(inCluster) : [];
  const isClusterOwn = own.some(({ resource }) => isOfCluster(resource));
  const others = inCluster && isClusterOwn ? await findOthers(inCluster) : [];
  const withData = call.options['delete-data'] === true;
  const kept = own.filter(({ resource }) => resource.isData && !withData);
  const removed = own.filter(
    (each) => !kept.includes(each) && (others.length === 0 || !isOfCluster(each.resource)),
  );
  for (const object of objects) reporter.line(`  ${nameOf(object)}`);
  for (const { resource } of removed) reporter.line(`  ${resource.name}`);
  for (const { resource } of kept)
    reporter.warn(`the ${resource.name} stays; \`--delete-data\` removes it`);
  if (others.length > 0)
    reporter.warn(`the cluster stays, since it runs ${others.slice(0, 10).join(', ')} too`);
  if (objects.length + removed.length === 0) {
    reporter.line(`${target.app} has nothing in ${open.cloud.title}`);
    reporter.document({ deleted: [], resources: [] });
    return OK;
  }
  assertYes(
    call,
    `this removes ${objects.length} objects and ${removed.length} resources of ${target.app}`,
  );
  if (inCluster && objects.length > 0) {
    await removeObjects(inCluster, objects);
    await waitForServices(inCluster, objects);
  }
  const names = await removeResources(
    removed.map(({ resource }) => resource),
    cloudProgress(call),
  );
  reporter.line(`removed ${objects.length} objects and ${names.length} resources`);
  reporter.document({ deleted: toNames(objects), resources: names });
  return OK;
}

const isOfCluster = ({ service }: Resource): boolean => service === 'cluster';

async function findOwn({ session }: OpenCloud): Promise<{ resource: Resource; found: Found }[]> {
  const own: { resource: Resource; found: Found }[] = [];
  const all = (await session.removable?.()) ?? session.resources({ createCluster: true });
  for (const resource of all) {
    const found = await resource.find();
    if (found?.isOwn) own.push({ resource, found });
  }
  return own;
}

/** Returns the app as its cluster has it; `undefined` without a cluster. */
async function findObjects(
  { session }: OpenCloud,
  target: Deployed['target'],
): Promise<Pick<Deployed, 'cluster' | 'target' | 'state'> | undefined> {
  if (!(await session.hasCluster())) return undefined;
  const cluster = new Cluster(await session.cluster());
  return { cluster, target, state: await readLiveState(cluster, target) };
}
