import { GatiError } from '@gati/contract';
import type { ClusterAccess, ExecCredentials, Found, ResourceOptions } from 'gati-deploy/cloud';
import { method } from './api.ts';
import type { Gcp, GcpResource } from './gcp.ts';
import { hasOwnLabels } from './names.ts';
import { request, sender } from './operation.ts';
import { PRICES } from './prices.ts';

const ID = 'container.projects.locations.clusters';
const ListClusters = method(
  `${ID}.list`,
  ['GET', 'v1/{+parent}/clusters'],
  'container.clusters.list',
);
const CreateCluster = method(
  `${ID}.create`,
  ['POST', 'v1/{+parent}/clusters'],
  'container.clusters.create',
  // The nodes use the service account of Compute Engine.
  'iam.serviceAccounts.actAs',
);
const DeleteCluster = method(`${ID}.delete`, ['DELETE', 'v1/{+name}'], 'container.clusters.delete');

const READING = [ListClusters];
const WRITING = [CreateCluster, DeleteCluster];

/** Fields of a GKE cluster that a deploy reads. */
interface Cluster {
  name: string;
  /** A region, or a zone: `europe-west1-b`. */
  location: string;
  status?: string;
  conditions?: { message?: string }[];
  resourceLabels?: Record<string, string>;
  endpoint?: string;
  masterAuth?: { clusterCaCertificate?: string };
  nodePools?: { config?: { serviceAccount?: string } }[];
  autoscaling?: { autoprovisioningNodePoolDefaults?: { serviceAccount?: string } };
}

/** Statuses of a cluster that can't be used. A cluster that failed can only be removed. */
const STATES: Partial<Record<string, Found['state']>> = {
  PROVISIONING: 'pending',
  STOPPING: 'removing',
  ERROR: 'incomplete',
};

interface ClusterList {
  clusters: Cluster[];
  /** Zones that do not respond. The list may lack their clusters. */
  missingZones: string[];
}

/** Returns the clusters of the region and of its zones. */
async function listClusters({ api, project, region }: Gcp): Promise<ClusterList> {
  const path = { parent: `projects/${project}/locations/-` };
  const found = await sender(api, READING)<Partial<ClusterList>>(ListClusters, { path });
  const { clusters = [], missingZones = [] } = found;
  const isNear = (place: string): boolean => `${place}-`.startsWith(`${region}-`);
  return {
    clusters: clusters.filter(({ location }) => isNear(location)),
    missingZones: missingZones.filter(isNear),
  };
}

/** @throws {GatiError} GATI_DEPLOY_CLOUD when the cluster may be in a zone that does not respond */
export async function findCluster(gcp: Gcp): Promise<Cluster | undefined> {
  const { clusters, missingZones } = await listClusters(gcp);
  const cluster = clusters.find(({ name }) => name === gcp.names.cluster);
  if (cluster || missingZones.length === 0) return cluster;
  throw new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `Google Cloud can't say whether the GKE cluster ${gcp.names.cluster} exists: ${missingZones.join(', ')} does not respond.`,
    fix: 'Run the same command again later. It continues.',
  });
}

/** The GKE cluster: an existing one, or one in Autopilot mode that a deploy creates. */
export function clusterResource(gcp: Gcp, { createCluster }: ResourceOptions): GcpResource {
  const { names, project, region } = gcp;
  const send = sender(gcp.api, WRITING);
  const isVisible = async (): Promise<boolean> => (await findCluster(gcp)) !== undefined;
  return {
    service: 'cluster',
    name: `GKE cluster ${names.cluster}`,
    reason: 'runs the app',
    price: PRICES.cluster,
    methods: createCluster ? [...READING, ...WRITING] : READING,
    async find() {
      const cluster = await findCluster(gcp);
      if (!cluster) return undefined;
      const { status = '' } = cluster;
      return {
        isOwn: hasOwnLabels(names, cluster.resourceLabels),
        state: STATES[status] ?? 'ready',
        why: `${status.toLowerCase()}, which takes about 10 minutes`,
      };
    },
    async create(found) {
      if (found) throw await failedError(gcp);
      if (!createCluster) throw await missingError(gcp);
      const input = { path: { parent: names.location }, body: { cluster: autopilot(gcp) } };
      return [request(send, CreateCluster, input, { isVisible })];
    },
    async remove() {
      const { location = region } = (await findCluster(gcp)) ?? {};
      const name = `projects/${project}/locations/${location}/clusters/${names.cluster}`;
      return [request(send, DeleteCluster, { path: { name } })];
    },
  };
}

/** Request for a cluster whose nodes Google manages. The API fills in the rest. */
function autopilot({ names, place }: Gcp): object {
  const [subnetwork] = place.settings.subnets ?? [];
  return {
    name: names.cluster,
    autopilot: { enabled: true },
    releaseChannel: { channel: 'REGULAR' },
    resourceLabels: names.labels,
    ...(subnetwork !== undefined && { subnetwork }),
  };
}

/** Whether the cluster has an address. */
export async function hasCluster(gcp: Gcp): Promise<boolean> {
  const cluster = await findCluster(gcp);
  return cluster?.endpoint !== undefined && cluster.status !== 'STOPPING';
}

/** Returns the access to the cluster, with tokens that are renewed. */
export async function openCluster(
  gcp: Gcp,
  renew: () => Promise<ExecCredentials>,
): Promise<ClusterAccess> {
  const cluster = await findCluster(gcp);
  if (!cluster) throw await missingError(gcp);
  const { endpoint, masterAuth, name, location, status } = cluster;
  const ca = masterAuth?.clusterCaCertificate;
  if (!endpoint || !ca)
    throw new GatiError({
      code: 'GATI_DEPLOY_CLOUD',
      message: `The GKE cluster ${name} has no address yet: its status is ${status}.`,
      fix: 'Run `gati-deploy gcp`, which waits for it.',
    });
  return {
    context: `gke_${gcp.project}_${location}_${name}`,
    server: new URL(`https://${endpoint}/`),
    ca: Buffer.from(ca, 'base64'),
    renew,
  };
}

/**
 * Returns the service account of the nodes; `default` is that of Compute Engine.
 */
export async function findNodeAccount(gcp: Gcp): Promise<string> {
  const { nodePools: [pool] = [], autoscaling } = (await findCluster(gcp)) ?? {};
  return (
    pool?.config?.serviceAccount ??
    autoscaling?.autoprovisioningNodePoolDefaults?.serviceAccount ??
    'default'
  );
}

async function missingError(gcp: Gcp): Promise<GatiError> {
  const { clusters } = await listClusters(gcp);
  const names = clusters.slice(0, 20).map(({ name }) => name);
  return new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `There is no GKE cluster ${gcp.names.cluster} in ${gcp.region}. It has ${names.join(', ') || 'none'}.`,
    fix: 'Set `cloud.cluster` to the name of a cluster, or create one with `--create-cluster`.',
  });
}

async function failedError(gcp: Gcp): Promise<GatiError> {
  const { conditions: [condition] = [] } = (await findCluster(gcp)) ?? {};
  const why = condition?.message ?? 'Google Cloud names no reason';
  return new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `The GKE cluster ${gcp.names.cluster} failed: ${why}.`,
    fix: 'Remove it with `gati-deploy destroy --yes`, correct the cause, and create it again.',
  });
}
