import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { Cluster, type KubeObject } from '../../../packages/deployers/core/src/kube/cluster.ts';
import { pathOf } from '../../../packages/deployers/core/src/kube/kinds.ts';
import { readAccess } from '../../../packages/deployers/core/src/kube/kubeconfig.ts';
import { LABELS } from '../../../packages/deployers/core/src/objects/labels.ts';
import type { TestCluster } from '../control-plane.ts';

/** Opens a client of a test cluster. */
export const openCluster = ({ kubeconfig }: Pick<TestCluster, 'kubeconfig'>): Cluster =>
  new Cluster(readAccess(undefined, { GATI_KUBECONFIG: kubeconfig }));

export interface Controller {
  /** Returns the replicas of a Deployment that are ready; all by default. */
  readyOf: (deployment: KubeObject, replicas: number) => number;
  /** Returns the release that responds behind the Service, by that of its Deployment. */
  answerOf: (release: string) => string;
  stop(): Promise<void>;
}

interface Endpoint {
  address: string;
  port: number;
}

interface Deployment extends KubeObject {
  spec: { replicas: number; template: { metadata: object; spec: object } };
  status?: { observedGeneration?: number; availableReplicas?: number };
}

/**
 * Plays the controllers of a cluster without nodes: each Deployment gets the pods that it asks for,
 * and its Service leads to a server that names the release. Tests of pods need a node.
 *
 * @returns `undefined` if this machine has no address but loopback, which endpoints can't have
 */
export async function playController(cluster: TestCluster): Promise<Controller | undefined> {
  const address = Object.values(os.networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address;
  if (address === undefined) return undefined;
  const client = openCluster(cluster);
  let release = '';
  const server = http.createServer((_, response) => {
    response.writeHead(404, { 'x-gati-release': controller.answerOf(release) }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  const over = new AbortController();
  const controller: Controller = {
    readyOf: (_, replicas) => replicas,
    answerOf: (id) => id,
    async stop() {
      over.abort();
      await ended;
      server.close();
      server.closeAllConnections();
    },
  };
  const ended = (async () => {
    while (!over.signal.aborted) {
      const found = await settle(client, controller, { address, port }).catch(() => undefined);
      if (found !== undefined) release = found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return controller;
}

async function settle(
  client: Cluster,
  { readyOf }: Controller,
  endpoint: Endpoint,
): Promise<string | undefined> {
  const deployments = (await client.list('apis/apps/v1/deployments')) as Deployment[];
  for (const deployment of deployments) await settleDeployment(client, deployment, readyOf);
  const services = await client.list('api/v1/services', { labelSelector: LABELS.app });
  let live: string | undefined;
  for (const service of services) {
    const { selector = {} } = service['spec'] as { selector?: Record<string, string> };
    const revision = selector[LABELS.revision];
    const own = deployments.find(({ metadata }) => metadata.labels?.[LABELS.revision] === revision);
    if (!own) continue;
    await leadTo(client, service, own, endpoint);
    live = own.metadata.labels?.[LABELS.release];
  }
  return live;
}

async function settleDeployment(
  client: Cluster,
  { metadata, spec, status, ...rest }: Deployment,
  readyOf: Controller['readyOf'],
): Promise<void> {
  const { replicas } = spec;
  const ready = readyOf({ ...rest, metadata }, replicas);
  const { observedGeneration, availableReplicas = 0 } = status ?? {};
  if (observedGeneration === metadata.generation && availableReplicas === ready) return;
  const counts = {
    replicas,
    updatedReplicas: replicas,
    readyReplicas: ready,
    availableReplicas: ready,
  };
  await patchStatus(client, pathOf({ kind: 'Deployment', metadata }), {
    observedGeneration: metadata.generation,
    ...counts,
  });
}

/** Makes a pod of the template, and endpoints with it: the API server passes requests to pods only. */
async function leadTo(
  client: Cluster,
  { metadata: { name, namespace } }: KubeObject,
  { metadata: { name: pod }, spec }: Deployment,
  { address, port }: Endpoint,
): Promise<void> {
  const core = `api/v1/namespaces/${namespace}`;
  const found = await client.get(`${core}/endpoints/${name}`);
  if (found && JSON.stringify(found).includes(`"${pod}"`)) return;
  const { metadata, ...template } = spec.template;
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: pod }, ...template };
  await client.request({ method: 'POST', path: `${core}/pods`, body });
  await patchStatus(client, `${core}/pods/${pod}`, {
    phase: 'Running',
    podIPs: [{ ip: address }],
    podIP: address,
  });
  const targetRef = { kind: 'Pod', name: pod, namespace };
  const subsets = [{ addresses: [{ ip: address, targetRef }], ports: [{ name: 'http', port }] }];
  const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name }, subsets };
  await client.request(
    found
      ? { method: 'PUT', path: `${core}/endpoints/${name}`, body: endpoints }
      : { method: 'POST', path: `${core}/endpoints`, body: endpoints },
  );
}

const patchStatus = (client: Cluster, path: string, status: object): Promise<unknown> =>
  client.request({
    method: 'PATCH',
    path: `${path}/status`,
    query: { fieldManager: 'kube-controller-manager' },
    contentType: 'application/merge-patch+json',
    body: { status },
  });
