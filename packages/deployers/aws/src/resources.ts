import type { ResourceOptions } from 'gati-deploy/cloud';
import type { Aws, AwsResource } from './aws.ts';
import { clusterResource } from './cluster.ts';
import { roleResources } from './cluster-roles.ts';
import { repositoryResource } from './repository.ts';

/** Returns all resources of an app, in the order of their creation. */
export function createResources(aws: Aws, options: ResourceOptions): AwsResource[] {
  const cluster = clusterResource(aws, options);
  const roles = options.createCluster ? roleResources(aws, cluster) : [];
  return [repositoryResource(aws), ...roles, cluster];
}
