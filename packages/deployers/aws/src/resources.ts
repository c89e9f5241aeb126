import type { ResourceOptions } from 'gati-deploy/cloud';
import { accessControlResource } from './access-control.ts';
import { aliasResource } from './alias.ts';
import { ASSET_OPERATIONS } from './assets.ts';
import type { Aws, AwsResource } from './aws.ts';
import { bucketPolicyResource } from './bucket-policy.ts';
import { bucketResource } from './bucket.ts';
import { cachePolicyResource } from './cache-policy.ts';
import { certificateResources, ownCertificateHosts, validationResource } from './certificate.ts';
import { clusterResource } from './cluster.ts';
import { roleResources } from './cluster-roles.ts';
import { distributionResource, ownDistributionHosts } from './distribution.ts';
import type { Grant } from './operation.ts';
import { repositoryResource } from './repository.ts';

/** Actions of a release store in a bucket. */
const STORE: Grant[] = [
  { actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], on: 'objects' },
  { actions: ['s3:ListBucket'], on: 'buckets' },
];

/**
 * Actions with which a removal finds an edge that is no longer in the settings. To remove the edge,
 * the account needs the policy of a deploy with an edge.
 */
export const LOOKING: Grant[] = [
  {
    actions: [
      'acm:ListCertificates',
      'cloudfront:ListCachePolicies',
      'cloudfront:ListDistributions',
      'cloudfront:ListOriginAccessControls',
    ],
    on: 'all',
  },
  { actions: ['acm:DescribeCertificate', 'acm:ListTagsForCertificate'], on: 'certificates' },
  { actions: ['cloudfront:ListTagsForResource'], on: 'distributions' },
  { actions: ['s3:ListBucket'], on: 'buckets' },
];

/** Returns all resources of an app, in the order of their creation. */
export function createResources(aws: Aws, options: ResourceOptions): AwsResource[] {
  const { host } = aws.place;
  return allResources(aws, options, host === undefined ? undefined : [host]);
}

/**
 * Returns all resources that deploys may have created, including those of an earlier `url` and of
 * an edge that is no longer in the settings.
 */
export async function removableResources(aws: Aws): Promise<AwsResource[]> {
  const { host } = aws.place;
  const hosts = new Set([
    ...(host === undefined ? [] : [host]),
    ...(await ownDistributionHosts(aws)),
    ...(await ownCertificateHosts(aws)),
  ]);
  const all = allResources(aws, { createCluster: true }, [...hosts]);
  return all.filter(({ isPart }) => isPart !== true);
}

function allResources(
  aws: Aws,
  options: ResourceOptions,
  hosts: string[] | undefined,
): AwsResource[] {
  const cluster = clusterResource(aws, options);
  const roles = options.createCluster ? roleResources(aws, cluster) : [];
  return [
    repositoryResource(aws),
    ...storeResources(aws),
    ...roles,
    cluster,
    ...(hosts ? edgeResources(aws, options, hosts) : []),
  ];
}

function storeResources(aws: Aws): AwsResource[] {
  const { store } = aws.place;
  if (store === undefined) return [];
  const bucket = bucketResource(aws, {
    name: store,
    service: 'store',
    reason: 'the release store',
    versions: true,
    isData: true,
  });
  return [{ ...bucket, grants: [...bucket.grants, ...STORE] }];
}

/** Returns the resources of the edge. The first host is that of the distribution. */
function edgeResources(
  aws: Aws,
  { origin, isSecure }: ResourceOptions,
  hosts: string[],
): AwsResource[] {
  const bucket = aws.names.assets;
  const facts = {
    host: hosts[0] ?? aws.names.base,
    bucket,
    origin: origin ?? (async () => undefined),
    isSecure: isSecure ?? (async () => false),
  };
  const assets = bucketResource(aws, {
    name: bucket,
    service: 'assets',
    reason: 'the assets',
    owner: aws.account,
  });
  return [
    { ...assets, grants: [...assets.grants, ...ASSET_OPERATIONS.flatMap(({ grants }) => grants)] },
    ...hosts.flatMap((host) => [...certificateResources(aws, host), validationResource(aws, host)]),
    cachePolicyResource(aws),
    accessControlResource(aws),
    distributionResource(aws, facts),
    bucketPolicyResource(aws, facts),
    ...hosts.map((host) => aliasResource(aws, host)),
  ];
}
