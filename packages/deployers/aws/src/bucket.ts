import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  type DeleteObjectsCommandOutput,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { GatiError } from '@gati/contract';
import { type CloudService, isOwn } from 'gati-deploy/cloud';
import { tagList, tagRecord } from './account.ts';
import type { Aws, AwsResource } from './aws.ts';
import { operation, orMissing, request, sender } from './operation.ts';
import { PRICES } from './prices.ts';

// The actions of S3 have other names than its operations.
const HeadBucket = operation('s3.HeadBucket', HeadBucketCommand, 'buckets', 's3:ListBucket');
const GetTags = operation(
  's3.GetBucketTagging',
  GetBucketTaggingCommand,
  'buckets',
  's3:GetBucketTagging',
);
const GetVersioning = operation(
  's3.GetBucketVersioning',
  GetBucketVersioningCommand,
  'buckets',
  's3:GetBucketVersioning',
);
const CreateBucket = operation(
  's3.CreateBucket',
  CreateBucketCommand,
  'buckets',
  's3:CreateBucket',
  's3:TagResource',
);
const PutVersioning = operation(
  's3.PutBucketVersioning',
  PutBucketVersioningCommand,
  'buckets',
  's3:PutBucketVersioning',
);
const ListVersions = operation(
  's3.ListObjectVersions',
  ListObjectVersionsCommand,
  'buckets',
  's3:ListBucketVersions',
);
const DeleteObjects = operation(
  's3.DeleteObjects',
  DeleteObjectsCommand,
  'objects',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
);
const DeleteBucket = operation(
  's3.DeleteBucket',
  DeleteBucketCommand,
  'buckets',
  's3:DeleteBucket',
);

const OPERATIONS = [
  HeadBucket,
  GetTags,
  GetVersioning,
  CreateBucket,
  PutVersioning,
  ListVersions,
  DeleteObjects,
  DeleteBucket,
];

interface BucketFacts {
  name: string;
  service: CloudService;
  reason: string;
  /** Whether older versions of objects are kept. */
  versions?: boolean;
  /** Whether its contents can't be created again. */
  isData?: boolean;
  /** The account that the bucket must belong to. Anybody can create a bucket of an expected name. */
  owner?: string;
}

/** A bucket. AWS blocks public access to new buckets. */
export function bucketResource(aws: Aws, facts: BucketFacts): AwsResource {
  const { place, names, clients, region } = aws;
  const { name: Bucket, service, reason, versions = false, isData = false, owner } = facts;
  const bucket = { Bucket, ExpectedBucketOwner: owner };
  const send = sender(clients, OPERATIONS);
  return {
    service,
    name: `S3 bucket ${Bucket}`,
    reason,
    price: PRICES.bucket,
    isData,
    grants: OPERATIONS.flatMap(({ grants }) => grants),
    async find() {
      const found = await orMissing(send(HeadBucket, bucket));
      if (!found) return undefined;
      const tags = await orMissing(send(GetTags, bucket));
      const own = isOwn(place, tagRecord(tags?.TagSet));
      // A bucket that no deploy created stays as it is.
      const isReady =
        !versions || !own || (await send(GetVersioning, { Bucket })).Status === 'Enabled';
      return { isOwn: own, state: isReady ? 'ready' : 'incomplete' };
    },
    async create(found) {
      if (!found)
        return [
          request(send, CreateBucket, {
            Bucket,
            CreateBucketConfiguration: {
              // S3 accepts no location for us-east-1.
              ...(region !== 'us-east-1' && { LocationConstraint: region as never }),
              Tags: tagList(names.tags),
            },
          }),
        ];
      return [
        request(send, PutVersioning, { Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      ];
    },
    async remove() {
      const { Versions = [], DeleteMarkers = [] } = await send(ListVersions, { Bucket });
      const Objects = [...Versions, ...DeleteMarkers].flatMap(({ Key, VersionId }) =>
        Key === undefined ? [] : [{ Key, VersionId }],
      );
      if (Objects.length === 0) return [request(send, DeleteBucket, { Bucket })];
      const emptying = request(send, DeleteObjects, { Bucket, Delete: { Objects, Quiet: true } });
      return [{ ...emptying, send: async () => assertDeleted(Bucket, await emptying.send()) }];
    },
  };
}

/** S3 responds 200 even if it keeps objects, such as those with a lock. */
function assertDeleted(bucket: string, response: unknown): void {
  const { Errors: [first] = [] } = (response ?? {}) as DeleteObjectsCommandOutput;
  if (!first) return;
  throw new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `S3 does not delete ${first.Key} of the bucket ${bucket}: ${first.Code} (${first.Message}).`,
    fix: 'Remove the lock or the policy that protects it, then run the same command, which continues.',
  });
}
