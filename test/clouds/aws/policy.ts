import type { Fault, LoggedRequest } from './proxy.ts';

/** A policy of IAM, as `gati-deploy policy` prints it. */
export interface Policy {
  Statement: { Effect: string; Action: string[]; Resource: string[] }[];
}

/** Operations whose action in IAM has another name. */
const ACTIONS: Record<string, string> = {
  'cloudfront.CreateDistributionWithTags': 'cloudfront:CreateDistribution',
  's3.DeleteObjects': 's3:DeleteObject',
  's3.HeadBucket': 's3:ListBucket',
  's3.HeadObject': 's3:GetObject',
  's3.ListObjectsV2': 's3:ListBucket',
  's3.ListObjectVersions': 's3:ListBucketVersions',
};

/** Actions that services check beside those of an operation, by the operation. */
const IMPLIED: Record<string, string[]> = {
  'acm.RequestCertificate': ['acm:AddTagsToCertificate'],
  'cloudfront.CreateDistributionWithTags': ['cloudfront:TagResource'],
  'ecr.CreateRepository': ['ecr:TagResource'],
  's3.CreateBucket': ['s3:TagResource'],
  'iam.CreateRole': ['iam:TagRole'],
  'eks.CreateCluster': ['eks:TagResource', 'iam:PassRole', 'iam:CreateServiceLinkedRole'],
};

/** Operations that every account may send. */
const FREE = new Set(['sts.GetCallerIdentity']);

/** Returns the actions that AWS requires for an operation. */
export function actionsOf(operation: string): string[] {
  if (FREE.has(operation)) return [];
  return [ACTIONS[operation] ?? operation.replace('.', ':'), ...(IMPLIED[operation] ?? [])];
}

export const allActions = ({ Statement }: Policy): Set<string> =>
  new Set(Statement.flatMap(({ Action }) => Action));

/** Rejects requests that a policy does not allow. */
export function enforce(policy: Policy): (request: LoggedRequest) => Fault | undefined {
  const allowed = allActions(policy);
  return ({ operation }) => {
    const missing = actionsOf(operation).find((action) => !allowed.has(action));
    if (missing === undefined) return undefined;
    const message = `User: arn:aws:iam::123456789012:user/ada is not authorized to perform: ${missing}`;
    return { code: 'AccessDeniedException', message, status: 403 };
  };
}
