import type { Place, Resource } from 'gati-deploy/cloud';
import type { Names } from './account.ts';
import type { Clients } from './clients.ts';
import type { Grant } from './operation.ts';

/** Account that is opened for one environment of an app. */
export interface Aws {
  place: Place;
  names: Names;
  clients: Clients;
  account: string;
  region: string;
  partition: string;
}

/** Region of the certificates of CloudFront. */
export const WORLD = 'us-east-1';

/** Returns the account with the certificates in the region of the deploy. */
export const inRegion = (aws: Aws): Aws => ({
  ...aws,
  clients: { ...aws.clients, acm: aws.clients.acmRegion },
});

/** A resource of AWS, with the permissions that its requests need. */
export interface AwsResource extends Resource {
  grants: Grant[];
  /** Whether the removal of another resource also removes this one. */
  isPart?: boolean;
}
