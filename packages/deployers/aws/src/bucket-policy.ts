import { canonicalJson } from '@gati/contract';
import { GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { Aws, AwsResource } from './aws.ts';
import { type EdgeFacts, findDistribution } from './distribution.ts';
import { operation, orMissing, request, sender } from './operation.ts';

const GetBucketPolicy = operation('s3.GetBucketPolicy', GetBucketPolicyCommand, 'buckets');
const PutBucketPolicy = operation('s3.PutBucketPolicy', PutBucketPolicyCommand, 'buckets');

/** A policy of a bucket. */
interface Document {
  Version: string;
  Statement: Statement[];
}

interface Statement {
  Sid?: string;
  [member: string]: unknown;
}

/** The only statement of a policy may be no list. */
const toDocument = (policy: Document): Document => ({
  ...policy,
  Statement: [policy.Statement].flat(),
});

/** Names the statement of a deploy. Others in the policy stay. */
const SID = 'GatiDeployAssets';

/** Lets the distribution read the bucket, and no other one. */
export function bucketPolicyResource(aws: Aws, { host, bucket: Bucket }: EdgeFacts): AwsResource {
  const operations = [GetBucketPolicy, PutBucketPolicy];
  const send = sender(aws.clients, operations);
  const read = async (): Promise<Document> => {
    const { Policy } = (await orMissing(send(GetBucketPolicy, { Bucket }))) ?? {};
    return Policy === undefined
      ? { Version: '2012-10-17', Statement: [] }
      : toDocument(JSON.parse(Policy) as Document);
  };
  const toWanted = async (before: Document): Promise<Document> => {
    const found = await findDistribution(aws, host);
    return {
      ...before,
      Statement: [
        ...before.Statement.filter(({ Sid }) => Sid !== SID),
        {
          Sid: SID,
          Effect: 'Allow',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Action: 's3:GetObject',
          Resource: `arn:${aws.partition}:s3:::${Bucket}/*`,
          Condition: { StringEquals: { 'AWS:SourceArn': found?.summary.ARN } },
        },
      ],
    };
  };
  return {
    service: 'edge',
    name: `policy of the S3 bucket ${Bucket}`,
    isPart: true,
    reason: 'lets the distribution read the assets',
    grants: operations.flatMap(({ grants }) => grants),
    async find() {
      const before = await read();
      const isCurrent = canonicalJson(before) === canonicalJson(await toWanted(before));
      return { isOwn: false, state: isCurrent ? 'ready' : 'incomplete' };
    },
    async create() {
      const Policy = JSON.stringify(await toWanted(await read()));
      return [request(send, PutBucketPolicy, { Bucket, Policy })];
    },
    remove: async () => [],
  };
}
