import type { ResourceOptions } from 'gati-deploy/cloud';
import { accessControlResource } from './access-control.ts';
import { aliasResource } from './alias.ts';
import { ASSET_OPERATIONS } from './assets.ts';
import type { Aws, AwsResource } from './aws.ts';
import { bucketPolicyResource } from './bucket-policy.ts';
import { bucketResource } from './bucket.ts';
import { cachePolicyResource } from './cache-policy.ts';
import { certificateResource, validationResource } from './certificate.ts';
import { clusterResource } from './cluster.ts';
import { roleResources } from './cluster-roles.ts';
import { distributionResource } from './distribution.ts';
import type { Grant } from './operation.ts';
import { repositoryResource } from './repository.ts';

/** Actions of a release store in a bucket. */
const STORE: Grant[] = [
  { actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], on: 'objects' },
  { actions: ['s3:ListBucket'], on: 'buckets' },
];

/** Returns all resources of an app, in the order of their creation. */
export function createResources(aws: Aws, options: ResourceOptions): AwsResource[] {
  const cluster = clusterResource(aws, options);
  const roles = options.createCluster ? roleResources(aws, cluster) : [];
  return [
    repositoryResource(aws),
    ...storeResources(aws),
    ...roles,
    cluster,
    ...edgeResources(aws, options),
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

function edgeResources(aws: Aws, { origin }: ResourceOptions): AwsResource[] {
  const { host } = aws.place;
  if (host === undefined) return [];
  const bucket = aws.names.assets;
  const facts = { host, bucket, origin: origin ?? (async () => undefined) };
  const assets = bucketResource(aws, {
    name: bucket,
    service: 'assets',
    reason: 'the assets',
    owner: aws.account,
  });
  return [
    { ...assets, grants: [...assets.grants, ...ASSET_OPERATIONS.flatMap(({ grants }) => grants)] },
    certificateResource(aws, host),
    validationResource(aws, host),
    cachePolicyResource(aws),
    accessControlResource(aws),
    distributionResource(aws, facts),
    bucketPolicyResource(aws, facts),
    aliasResource(aws, host),
  ];
}
