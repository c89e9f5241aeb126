import { isObject } from '@gati/contract/data';
import type { Cluster } from '../kube/cluster.ts';
import type { Target } from '../objects/target.ts';

/**
 * Returns the address of the Service of an app. It is the address of the load balancer or of a node
 * if the Service has one, or else the address inside the cluster.
 */
export async function serviceAddress(
  cluster: Cluster,
  { app, namespace }: Target,
): Promise<string> {
  const service = await cluster.get(`api/v1/namespaces/${namespace}/services/${app}`);
  const { type, ports } = (service?.['spec'] ?? {}) as {
    type?: string;
    ports?: { nodePort?: number }[];
  };
  const status = service?.['status'];
  const balancer =
    isObject(status) && isObject(status['loadBalancer']) ? status['loadBalancer'] : {};
  const [first] = Array.isArray(balancer['ingress']) ? (balancer['ingress'] as unknown[]) : [];
  const host = isObject(first) ? (first['hostname'] ?? first['ip']) : undefined;
  if (typeof host === 'string') return `http://${host.includes(':') ? `[${host}]` : host}`;
  const port = type === 'NodePort' ? ports?.[0]?.nodePort : undefined;
  const node = port === undefined ? undefined : await nodeAddress(cluster);
  return node === undefined ? `http://${app}.${namespace}.svc` : `http://${node}:${port}`;
}

async function nodeAddress(cluster: Cluster): Promise<string | undefined> {
  const { status, value } = await cluster.request({
    method: 'GET',
    path: 'api/v1/nodes',
    query: { limit: '1' },
  });
  if (status !== 200) return undefined;
  const { items = [] } = value as {
    items?: { status?: { addresses?: { type: string; address: string }[] } }[];
  };
  const addresses = items[0]?.status?.addresses ?? [];
  return (addresses.find(({ type }) => type === 'ExternalIP') ?? addresses[0])?.address;
}
