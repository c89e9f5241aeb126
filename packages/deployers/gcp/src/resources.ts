import type { ResourceOptions } from 'gati-deploy/cloud';
import { clusterResource } from './cluster.ts';
import type { Gcp, GcpResource } from './gcp.ts';
import { pullAccessResource } from './pull-access.ts';
import { repositoryResource } from './repository.ts';
import { servicesResource } from './services.ts';

/** Returns all resources of an app, in the order of their creation. */
export function createResources(gcp: Gcp, options: ResourceOptions): GcpResource[] {
  return [
    servicesResource(gcp),
    repositoryResource(gcp),
    clusterResource(gcp, options),
    pullAccessResource(gcp),
  ];
}
