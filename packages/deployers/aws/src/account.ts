import { createHash } from 'node:crypto';
import { ownTags, type Place } from 'gati-deploy/cloud';

/** Account and region of a deploy. In a policy, `*` matches any. */
export interface Account {
  partition: string;
  account: string;
  region: string;
}

/** Names of the resources of one environment of an app, and the patterns of their ARNs. */
export interface Names {
  /** `APP-ENVIRONMENT`, the name of most resources. */
  base: string;
  cluster: string;
  clusterRole: string;
  nodeRole: string;
  /** Bucket of the assets. */
  assets: string;
  tags: Record<string, string>;
  /** Comment that says which app and environment created a resource that can't have tags. */
  mark: string;
  arns: Record<Scope, string[]>;
}

/** The resources that an operation reads or changes. */
export type Scope =
  | 'all'
  | 'buckets'
  | 'certificates'
  | 'cluster'
  | 'distributions'
  | 'objects'
  | 'repository'
  | 'roles'
  | 'serviceRoles'
  | 'zones';

/** Maximum length of the name of a role. */
const ROLE_LIMIT = 64;
/** Maximum length of the start of a bucket's name, which ends with the number of the account. */
const BUCKET_LIMIT = 42;

export function createNames(place: Place, { partition, account, region }: Account): Names {
  const base = `${place.app}-${place.environment}`;
  const cluster = place.settings.cluster ?? base;
  // Roles exist once for all regions.
  const role = place.isRegional ? `${base}-${region}` : base;
  const clusterRole = shorten(`${role}-cluster`, ROLE_LIMIT);
  const nodeRole = shorten(`${role}-node`, ROLE_LIMIT);
  const assets = `${shorten(base, BUCKET_LIMIT)}-assets-${account}`;
  const buckets = [assets, ...(place.store === undefined ? [] : [place.store])].map(
    (name) => `arn:${partition}:s3:::${name}`,
  );
  const arn = (service: string, resource: string, where = region): string =>
    `arn:${partition}:${service}:${where}:${account}:${resource}`;
  const roleArn = (name: string): string => arn('iam', `role/${name}`, '');
  return {
    base,
    cluster,
    clusterRole,
    nodeRole,
    assets,
    tags: ownTags(place),
    mark: `${place.app}/${place.environment} by gati-deploy`,
    arns: {
      all: ['*'],
      buckets,
      certificates: [
        ...new Set([arn('acm', 'certificate/*', 'us-east-1'), arn('acm', 'certificate/*')]),
      ],
      distributions: [arn('cloudfront', 'distribution/*', '')],
      objects: buckets.map((each) => `${each}/*`),
      zones: [`arn:${partition}:route53:::hostedzone/*`],
      repository: [arn('ecr', `repository/${base}`)],
      cluster: [arn('eks', `cluster/${cluster}`)],
      roles: [roleArn(clusterRole), roleArn(nodeRole)],
      serviceRoles: [roleArn('aws-service-role/*')],
    },
  };
}

/** Shortens a name to `limit` characters. A shortened name ends with a part of its digest. */
function shorten(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${name.slice(0, limit - 7)}-${digest}`;
}

/** Tags as lists of keys and values. */
export const tagList = (tags: Record<string, string>): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const tagRecord = (
  tags: { Key?: string; Value?: string }[] = [],
): Record<string, string | undefined> =>
  Object.fromEntries(tags.map(({ Key = '', Value }) => [Key, Value]));
