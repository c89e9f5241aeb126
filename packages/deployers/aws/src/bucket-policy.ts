import { GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { Aws, AwsResource } from './aws.ts';
import { type EdgeFacts, findDistribution } from './distribution.ts';
import { operation, orMissing, request, sender } from './operation.ts';

const GetBucketPolicy = operation('s3.GetBucketPolicy', GetBucketPolicyCommand, 'buckets');
const PutBucketPolicy = operation('s3.PutBucketPolicy', PutBucketPolicyCommand, 'buckets');

/** Lets the distribution read the bucket, and no other one. */
export function bucketPolicyResource(aws: Aws, { host, bucket: Bucket }: EdgeFacts): AwsResource {
  const operations = [GetBucketPolicy, PutBucketPolicy];
  const send = sender(aws.clients, operations);
  const wanted = async (): Promise<string> => {
    const found = await findDistribution(aws, host);
    return JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Action: 's3:GetObject',
          Resource: `arn:${aws.partition}:s3:::${Bucket}/*`,
          Condition: { StringEquals: { 'AWS:SourceArn': found?.summary.ARN } },
        },
      ],
    });
  };
  return {
    room: 'edge',
    name: `policy of the S3 bucket ${Bucket}`,
    reason: 'lets the distribution read the assets',
    grants: operations.flatMap(({ grants }) => grants),
    async look() {
      const { Policy } = (await orMissing(send(GetBucketPolicy, { Bucket }))) ?? {};
      // It is removed with the bucket.
      return { isOwn: false, state: Policy === (await wanted()) ? 'ready' : 'incomplete' };
    },
    create: async () => [request(send, PutBucketPolicy, { Bucket, Policy: await wanted() })],
    remove: async () => [],
  };
}
