import { isObject } from '@gati/contract/data';
import type { Cluster, KubeObject } from '../kube/cluster.ts';
import { statusOf } from '../kube/errors.ts';
import { podResources } from '../objects/pod-template.ts';
import { rolesOf } from '../objects/roles.ts';
import type { Target } from '../objects/target.ts';
import { type Check, failed, ok, skipped } from './check.ts';
import { parseQuantity } from '../objects/quantity.ts';

/** Reads the version. This first request shows whether the cluster accepts the credentials. */
export async function checkReachable(cluster: Cluster): Promise<Check> {
  const name = 'cluster';
  const { status, value } = await cluster.request({ method: 'GET', path: 'version' });
  const { gitVersion } = (isObject(value) ? value : {}) as { gitVersion?: string };
  const where = `${cluster.access.context} (${cluster.access.server.host})`;
  if (status === 401)
    return failed(
      name,
      `${where} does not accept the credentials`,
      'Log in again, or renew the kubeconfig. They may have expired.',
    );
  if (status !== 200)
    return failed(name, `${where} responded ${status}`, 'Check the context of the kubeconfig.');
  return ok(name, `${where}, Kubernetes ${gitVersion ?? 'of an unknown version'}`);
}

/** Compares what the pods of a new release request with the quotas of the namespace. */
export async function checkQuota(
  cluster: Cluster,
  { namespace, settings }: Target,
): Promise<Check> {
  const name = 'quota';
  const quotas = await orForbidden(cluster.list(`api/v1/namespaces/${namespace}/resourcequotas`));
  if (!quotas) return skipped(name, `this account may not list resourcequotas in ${namespace}`);
  const needed = { pods: 0, 'requests.cpu': 0, 'requests.memory': 0 };
  for (const role of rolesOf(settings)) {
    const { cpu, memory } = podResources(role).requests;
    needed.pods += role.min;
    needed['requests.cpu'] += role.min * parseQuantity(cpu);
    needed['requests.memory'] += role.min * parseQuantity(memory);
  }
  const short = quotas.flatMap(({ metadata, status }) => {
    const { hard = {}, used = {} } = (status ?? {}) as Record<string, Record<string, string>>;
    return Object.entries(needed).flatMap(([key, wanted]) => {
      const most = hard[key] ?? hard[key.replace('requests.', '')];
      const taken = used[key] ?? used[key.replace('requests.', '')] ?? '0';
      if (most === undefined || parseQuantity(taken) + wanted <= parseQuantity(most)) return [];
      return [`${metadata.name} allows ${most} of ${key}, ${taken} is used`];
    });
  });
  if (short.length === 0) return ok(name, `the quotas of ${namespace} have room for a new release`);
  return failed(
    name,
    `a new release does not fit beside the old one: ${short.join('; ')}`,
    'Request a larger quota, or lower `resources` and `scale`.',
  );
}

/** Compares the platforms of the image with those of the nodes. */
export async function checkArchitecture(cluster: Cluster, platforms: string[]): Promise<Check> {
  const name = 'architecture';
  const nodes = await orForbidden(cluster.list('api/v1/nodes'));
  if (!nodes) return skipped(name, 'this account may not list the nodes');
  const found = new Set(nodes.map(platformOf));
  // A cluster that scales from zero creates nodes for the pods.
  if (found.size === 0) return skipped(name, 'the cluster has no nodes yet');
  const missing = [...found].filter((each) => !platforms.includes(each.replace(/\/v\d+$/, '')));
  if (missing.length === 0) return ok(name, `the image is for ${[...found].join(', ')}`);
  return failed(
    name,
    `some nodes run ${missing.join(', ')}, but the image is for ${platforms.join(', ')}`,
    'Add their platform to `image.platforms`, with a base image that has it.',
  );
}

function platformOf({ status }: KubeObject): string {
  const { nodeInfo } = status as { nodeInfo?: { operatingSystem?: string; architecture?: string } };
  return `${nodeInfo?.operatingSystem ?? 'linux'}/${nodeInfo?.architecture ?? 'amd64'}`;
}

async function orForbidden<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (statusOf(error) === 403) return undefined;
    throw error;
  }
}
