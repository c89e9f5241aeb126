import { DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import {
  type Cluster,
  CreateClusterCommand,
  type CreateClusterCommandInput,
  DeleteClusterCommand,
  DescribeClusterCommand,
  ListClustersCommand,
} from '@aws-sdk/client-eks';
import { GatiError } from '@gati/contract';
import { PROBE_PATHS } from '@gati/contract/internal';
import { type ClusterAccess, type Found, isOwn, type ResourceOptions } from 'gati-deploy/cloud';
import { type Aws, type AwsResource, inRegion } from './aws.ts';
import { findCertificate } from './certificate.ts';
import { operation, orMissing, request, type Send, sender } from './operation.ts';
import { PRICES } from './prices.ts';
import { createToken } from './token.ts';

const DescribeCluster = operation('eks.DescribeCluster', DescribeClusterCommand, 'cluster');
const ListClusters = operation('eks.ListClusters', ListClustersCommand, 'all');
const CreateCluster = operation(
  'eks.CreateCluster',
  CreateClusterCommand,
  'cluster',
  { actions: ['eks:TagResource'], on: 'cluster' },
  { actions: ['iam:PassRole'], on: 'roles' },
  { actions: ['iam:CreateServiceLinkedRole'], on: 'serviceRoles' },
);
const DeleteCluster = operation('eks.DeleteCluster', DeleteClusterCommand, 'cluster');
const DescribeVpcs = operation('ec2.DescribeVpcs', DescribeVpcsCommand, 'all');
const DescribeSubnets = operation('ec2.DescribeSubnets', DescribeSubnetsCommand, 'all');

const READING = [DescribeCluster, ListClusters];
const WRITING = [CreateCluster, DeleteCluster, DescribeVpcs, DescribeSubnets];

/**
 * Zones in which EKS has no control plane.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
const NO_CONTROL_PLANE = new Set(['use1-az3', 'usw1-az2', 'cac1-az3']);

const BALANCER = 'service.beta.kubernetes.io/aws-load-balancer';
const CERTIFICATE = `${BALANCER}-ssl-cert`;

/**
 * Health checks with which the load balancer stops using a pod within about 12 seconds. A front of
 * several regions, such as Global Accelerator, uses them to stop using a region.
 */
const HEALTH = {
  [`${BALANCER}-healthcheck-protocol`]: 'http',
  [`${BALANCER}-healthcheck-port`]: 'traffic-port',
  [`${BALANCER}-healthcheck-path`]: PROBE_PATHS[1],
  [`${BALANCER}-healthcheck-interval`]: '5',
  [`${BALANCER}-healthcheck-timeout`]: '2',
  [`${BALANCER}-healthcheck-healthy-threshold`]: '2',
  [`${BALANCER}-healthcheck-unhealthy-threshold`]: '2',
};

/** Statuses of a cluster that is not ready. One that failed can only be removed. */
const STATES: Partial<Record<string, Found['state']>> = {
  CREATING: 'pending',
  DELETING: 'removing',
  FAILED: 'incomplete',
};

/** The EKS cluster: an existing one, or one in Auto Mode that a deploy creates. */
export function clusterResource(aws: Aws, { createCluster }: ResourceOptions): AwsResource {
  const { place, names, clients } = aws;
  const operations = createCluster ? [...READING, ...WRITING] : READING;
  const send = sender(clients, [...READING, ...WRITING]);
  const { cluster: name } = names;
  return {
    service: 'cluster',
    name: `EKS cluster ${name}`,
    reason: 'runs the app',
    price: PRICES.cluster,
    grants: operations.flatMap(({ grants }) => grants),
    async find() {
      const cluster = await describe(aws, send);
      if (!cluster) return undefined;
      const { status = '' } = cluster;
      return {
        isOwn: isOwn(place, cluster.tags),
        state: STATES[status] ?? 'ready',
        why: `${status.toLowerCase()}, which takes about 15 minutes`,
      };
    },
    async create(found) {
      if (found) throw await failedError(aws, send);
      if (!createCluster) throw await missingError(aws, send);
      return [request(send, CreateCluster, await autoMode(aws, send))];
    },
    remove: async () => [request(send, DeleteCluster, { name })],
  };
}

async function describe({ names }: Aws, send: Send): Promise<Cluster | undefined> {
  return (await orMissing(send(DescribeCluster, { name: names.cluster })))?.cluster;
}

/** A cluster in Auto Mode: AWS runs its nodes, its load balancers and its storage. */
async function autoMode(aws: Aws, send: Send): Promise<CreateClusterCommandInput> {
  const { names, account, partition } = aws;
  const roleArn = (role: string): string => `arn:${partition}:iam::${account}:role/${role}`;
  return {
    name: names.cluster,
    roleArn: roleArn(names.clusterRole),
    resourcesVpcConfig: {
      subnetIds: await findSubnets(aws, send),
      endpointPublicAccess: true,
      endpointPrivateAccess: true,
    },
    accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: true },
    computeConfig: {
      enabled: true,
      nodePools: ['general-purpose', 'system'],
      nodeRoleArn: roleArn(names.nodeRole),
    },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
    storageConfig: { blockStorage: { enabled: true } },
    bootstrapSelfManagedAddons: false,
    tags: names.tags,
  };
}

/** Returns the subnets of the settings, or one of each zone of the default VPC. */
async function findSubnets({ place, region }: Aws, send: Send): Promise<string[]> {
  const { subnets: given = [] } = place.settings;
  if (given.length > 0) return given;
  const isDefault = { Name: 'is-default', Values: ['true'] };
  const { Vpcs: [vpc] = [] } = await send(DescribeVpcs, { Filters: [isDefault] });
  const { Subnets = [] } = vpc?.VpcId
    ? await send(DescribeSubnets, { Filters: [{ Name: 'vpc-id', Values: [vpc.VpcId] }] })
    : {};
  const zones = new Map<string, string>();
  for (const { SubnetId, AvailabilityZone = '', AvailabilityZoneId = '' } of Subnets)
    if (SubnetId && !NO_CONTROL_PLANE.has(AvailabilityZoneId) && !zones.has(AvailabilityZone))
      zones.set(AvailabilityZone, SubnetId);
  if (zones.size < 2)
    throw new GatiError({
      code: 'GATI_DEPLOY_CLOUD',
      message: `The default VPC of ${region} is missing, or has subnets in fewer than two zones.`,
      fix: 'Name two or more subnets of different zones in `cloud.subnets`.',
    });
  return [...zones.values()];
}

/** Whether the cluster has an address. */
export async function hasCluster(aws: Aws): Promise<boolean> {
  const cluster = await describe(aws, sender(aws.clients, READING));
  return cluster?.endpoint !== undefined && cluster.status !== 'DELETING';
}

/**
 * Returns the annotations of a Service with a load balancer on the internet. A cluster that a
 * deploy created has subnets without the tags by which load balancers find theirs.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-nlb.html
 */
export async function balancerAnnotations(aws: Aws): Promise<Record<string, string>> {
  const cluster = await describe(aws, sender(aws.clients, READING));
  const { subnetIds = [] } = cluster?.resourcesVpcConfig ?? {};
  const own = isOwn(aws.place, cluster?.tags) && subnetIds.length > 0;
  return {
    [`${BALANCER}-nlb-target-type`]: 'ip',
    [`${BALANCER}-scheme`]: 'internet-facing',
    ...(own && { [`${BALANCER}-subnets`]: subnetIds.join(',') }),
    ...HEALTH,
    ...(await httpsAnnotations(aws)),
  };
}

/**
 * Returns the annotations for HTTPS with the certificate of the host, once ACM has issued it. The
 * load balancer ends TLS, and connects to the pods without it.
 */
async function httpsAnnotations(aws: Aws): Promise<Record<string, string>> {
  const { host } = aws.place;
  const found = host === undefined ? undefined : await findCertificate(inRegion(aws), host);
  if (found?.detail.Status !== 'ISSUED') return {};
  return {
    [`${BALANCER}-backend-protocol`]: 'tcp',
    [CERTIFICATE]: found.arn,
    [`${BALANCER}-ssl-negotiation-policy`]: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    [`${BALANCER}-ssl-ports`]: '443',
  };
}

/** Whether the annotations of a Service turn on HTTPS. */
export const hasHttps = (annotations: Record<string, string>): boolean =>
  Object.hasOwn(annotations, CERTIFICATE);

/** Returns the access to the cluster, with tokens that are renewed. */
export async function openCluster(aws: Aws): Promise<ClusterAccess> {
  const send = sender(aws.clients, READING);
  const cluster = await describe(aws, send);
  if (!cluster) throw await missingError(aws, send);
  const { endpoint, certificateAuthority, arn } = cluster;
  if (!endpoint || !certificateAuthority?.data)
    throw new GatiError({
      code: 'GATI_DEPLOY_CLOUD',
      message: `The EKS cluster ${aws.names.cluster} has no endpoint yet: its status is ${cluster.status}.`,
      fix: 'Run `gati-deploy aws`, which waits for it.',
    });
  return {
    context: arn ?? aws.names.cluster,
    server: new URL(endpoint.endsWith('/') ? endpoint : `${endpoint}/`),
    ca: Buffer.from(certificateAuthority.data, 'base64'),
    renew: () => createToken(aws, aws.names.cluster),
  };
}

async function missingError({ names, region }: Aws, send: Send): Promise<GatiError> {
  const { clusters = [] } = await send(ListClusters, {});
  return new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `There is no EKS cluster ${names.cluster} in ${region}. It has ${clusters.slice(0, 20).join(', ') || 'none'}.`,
    fix: 'Set `cloud.cluster` to the name of a cluster, or create one with `--create-cluster`.',
  });
}

async function failedError(aws: Aws, send: Send): Promise<GatiError> {
  const { names } = aws;
  const { health } = (await describe(aws, send)) ?? {};
  const why = health?.issues?.[0]?.message ?? 'AWS names no reason';
  return new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `The EKS cluster ${names.cluster} failed: ${why}.`,
    fix: 'Remove it with `gati-deploy destroy --yes`, correct the cause, and create it again.',
  });
}
