import {
  type CacheBehavior,
  CreateCachePolicyCommand,
  CreateDistributionWithTagsCommand,
  CreateOriginAccessControlCommand,
  DeleteCachePolicyCommand,
  DeleteDistributionCommand,
  DeleteOriginAccessControlCommand,
  type DistributionConfig,
  type DistributionSummary,
  GetCachePolicyCommand,
  GetDistributionConfigCommand,
  GetOriginAccessControlCommand,
  ListCachePoliciesCommand,
  ListDistributionsCommand,
  ListOriginAccessControlsCommand,
  ListTagsForResourceCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { isOwn } from 'gati-deploy/cloud';
import { tagList, tagRecord } from './account.ts';
import type { Aws, AwsResource } from './aws.ts';
import { findCertificate } from './certificate.ts';
import { operation, orMissing, request, type Send, sender } from './operation.ts';
import { PRICES } from './prices.ts';
import { changeRecords, findRecord, findZone, ZONE_OPERATIONS } from './zone.ts';

const ListDistributions = operation(
  'cloudfront.ListDistributions',
  ListDistributionsCommand,
  'all',
);
const ListTags = operation(
  'cloudfront.ListTagsForResource',
  ListTagsForResourceCommand,
  'distributions',
);
const GetConfig = operation(
  'cloudfront.GetDistributionConfig',
  GetDistributionConfigCommand,
  'distributions',
);
const CreateDistribution = operation(
  'cloudfront.CreateDistributionWithTags',
  CreateDistributionWithTagsCommand,
  'distributions',
  'cloudfront:CreateDistribution',
  'cloudfront:TagResource',
);
const UpdateDistribution = operation(
  'cloudfront.UpdateDistribution',
  UpdateDistributionCommand,
  'distributions',
);
const DeleteDistribution = operation(
  'cloudfront.DeleteDistribution',
  DeleteDistributionCommand,
  'distributions',
);
const ListCachePolicies = operation(
  'cloudfront.ListCachePolicies',
  ListCachePoliciesCommand,
  'all',
);
const GetCachePolicy = operation('cloudfront.GetCachePolicy', GetCachePolicyCommand, 'all');
const CreateCachePolicy = operation(
  'cloudfront.CreateCachePolicy',
  CreateCachePolicyCommand,
  'all',
);
const DeleteCachePolicy = operation(
  'cloudfront.DeleteCachePolicy',
  DeleteCachePolicyCommand,
  'all',
);
const ListControls = operation(
  'cloudfront.ListOriginAccessControls',
  ListOriginAccessControlsCommand,
  'all',
);
const GetControl = operation(
  'cloudfront.GetOriginAccessControl',
  GetOriginAccessControlCommand,
  'all',
);
const CreateControl = operation(
  'cloudfront.CreateOriginAccessControl',
  CreateOriginAccessControlCommand,
  'all',
);
const DeleteControl = operation(
  'cloudfront.DeleteOriginAccessControl',
  DeleteOriginAccessControlCommand,
  'all',
);
const GetBucketPolicy = operation('s3.GetBucketPolicy', GetBucketPolicyCommand, 'buckets');
const PutBucketPolicy = operation('s3.PutBucketPolicy', PutBucketPolicyCommand, 'buckets');

const POLICIES = [ListCachePolicies, GetCachePolicy, CreateCachePolicy, DeleteCachePolicy];
const CONTROLS = [ListControls, GetControl, CreateControl, DeleteControl];
const DISTRIBUTIONS = [
  ListDistributions,
  ListTags,
  GetConfig,
  CreateDistribution,
  UpdateDistribution,
  DeleteDistribution,
];

/** Policies that AWS manages. @see https://docs.aws.amazon.com/AmazonCloudFront */
const ALL_VIEWER = '216adef6-2c7f-47e4-b989-5492eafa07d3';
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
/** The zone of all distributions. */
const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2';

const APP = 'app';
const ASSETS = 'assets';

export interface EdgeFacts {
  host: string;
  /** Bucket of the assets. */
  bucket: string;
  /** Host name of the load balancer of the cluster; `undefined` before it exists. */
  origin(): Promise<string | undefined>;
}

/** Responses are cached as the app says, by version of the API and by account. */
export function cachePolicyResource({ names, clients }: Aws): AwsResource {
  const send = sender(clients, POLICIES);
  const find = (): Promise<string | undefined> => findCachePolicy(send, names.base);
  return {
    room: 'edge',
    name: `CloudFront cache policy ${names.base}`,
    reason: 'caches responses by X-API-Version',
    grants: POLICIES.flatMap(({ grants }) => grants),
    // It can't have tags. Its name is that of the app and the environment.
    look: async () => ((await find()) ? { isOwn: true, state: 'ready' } : undefined),
    create: async () => [
      request(send, CreateCachePolicy, {
        CachePolicyConfig: {
          Name: names.base,
          MinTTL: 0,
          // Only responses that say so are cached.
          DefaultTTL: 0,
          MaxTTL: 31_536_000,
          ParametersInCacheKeyAndForwardedToOrigin: {
            EnableAcceptEncodingGzip: true,
            EnableAcceptEncodingBrotli: true,
            HeadersConfig: {
              HeaderBehavior: 'whitelist',
              Headers: { Quantity: 3, Items: ['X-API-Version', 'Accept', 'Authorization'] },
            },
            CookiesConfig: { CookieBehavior: 'all' },
            QueryStringsConfig: { QueryStringBehavior: 'all' },
          },
        },
      }),
    ],
    async remove() {
      const Id = (await find())!;
      const { ETag: IfMatch } = await send(GetCachePolicy, { Id });
      return [request(send, DeleteCachePolicy, { Id, IfMatch })];
    },
  };
}

async function findCachePolicy(send: Send, name: string): Promise<string | undefined> {
  const { CachePolicyList } = await send(ListCachePolicies, { Type: 'custom' });
  return CachePolicyList?.Items?.find(
    ({ CachePolicy }) => CachePolicy?.CachePolicyConfig?.Name === name,
  )?.CachePolicy?.Id;
}

/** The right of CloudFront to read the bucket of the assets. */
export function accessControlResource({ names, clients }: Aws): AwsResource {
  const send = sender(clients, CONTROLS);
  const find = (): Promise<string | undefined> => findControl(send, names.base);
  return {
    room: 'edge',
    name: `CloudFront origin access control ${names.base}`,
    reason: 'lets CloudFront read the assets',
    grants: CONTROLS.flatMap(({ grants }) => grants),
    look: async () => ((await find()) ? { isOwn: true, state: 'ready' } : undefined),
    create: async () => [
      request(send, CreateControl, {
        OriginAccessControlConfig: {
          Name: names.base,
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        },
      }),
    ],
    async remove() {
      const Id = (await find())!;
      const { ETag: IfMatch } = await send(GetControl, { Id });
      return [request(send, DeleteControl, { Id, IfMatch })];
    },
  };
}

async function findControl(send: Send, name: string): Promise<string | undefined> {
  const { OriginAccessControlList } = await send(ListControls, {});
  return OriginAccessControlList?.Items?.find((each) => each.Name === name)?.Id;
}

async function findDistribution(
  aws: Aws,
  host: string,
): Promise<{ summary: DistributionSummary; isOwn: boolean } | undefined> {
  const send = sender(aws.clients, DISTRIBUTIONS);
  for (let Marker: string | undefined; ;) {
    const { DistributionList: list } = await send(ListDistributions, { Marker });
    const summary = list?.Items?.find(
      ({ Aliases, Comment }) => Aliases?.Items?.includes(host) || Comment === aws.names.base,
    );
    if (summary) {
      const { Tags } = await send(ListTags, { Resource: summary.ARN });
      return { summary, isOwn: isOwn(aws.place, tagRecord(Tags?.Items)) };
    }
    Marker = list?.NextMarker;
    if (!list?.IsTruncated || !Marker) return undefined;
  }
}

/** The distribution. It is ready when it exists; CloudFront takes minutes to deploy it. */
export function distributionResource(aws: Aws, facts: EdgeFacts): AwsResource {
  const { names, clients } = aws;
  const { host, origin } = facts;
  const all = [...DISTRIBUTIONS, ...POLICIES, ...CONTROLS];
  const send = sender(clients, all);
  return {
    room: 'edge',
    name: `CloudFront distribution ${host}`,
    reason: 'serves assets, and passes requests to the app',
    price: PRICES.distribution,
    grants: DISTRIBUTIONS.flatMap(({ grants }) => grants),
    async look() {
      const found = await findDistribution(aws, host);
      if (!found) {
        const why = await whyNot(aws, facts);
        return why === undefined ? undefined : { isOwn: false, state: 'pending', why };
      }
      const { summary, isOwn: own } = found;
      if (!summary.Enabled && summary.Status === 'InProgress')
        return { isOwn: own, state: 'removing', why: 'CloudFront disables it, for some minutes' };
      const wanted = await origin();
      const actual = summary.Origins?.Items?.find(({ Id }) => Id === APP)?.DomainName;
      const isCurrent = !own || wanted === undefined || (actual === wanted && summary.Enabled);
      return { isOwn: own, state: isCurrent ? 'ready' : 'incomplete' };
    },
    async create(found) {
      if (!found) {
        const DistributionConfig = await createConfig(aws, send, facts);
        return [
          request(send, CreateDistribution, {
            DistributionConfigWithTags: {
              DistributionConfig,
              Tags: { Items: tagList(names.tags) },
            },
          }),
        ];
      }
      return [await update(aws, send, host, await createConfig(aws, send, facts))];
    },
    async remove() {
      const { summary } = (await findDistribution(aws, host))!;
      const { ETag: IfMatch, DistributionConfig } = await send(GetConfig, { Id: summary.Id });
      if (DistributionConfig?.Enabled)
        return [
          await update(aws, send, host, {
            ...withoutDeprecated(DistributionConfig),
            Enabled: false,
          }),
        ];
      return [request(send, DeleteDistribution, { Id: summary.Id, IfMatch })];
    },
  };
}

async function update(
  aws: Aws,
  send: Send,
  host: string,
  config: DistributionConfig,
): Promise<ReturnType<typeof request>> {
  const { summary } = (await findDistribution(aws, host))!;
  const { ETag: IfMatch, DistributionConfig } = await send(GetConfig, { Id: summary.Id });
  const { CallerReference } = DistributionConfig ?? config;
  return request(send, UpdateDistribution, {
    Id: summary.Id,
    IfMatch,
    DistributionConfig: {
      ...(DistributionConfig && withoutDeprecated(DistributionConfig)),
      ...config,
      CallerReference,
    },
  });
}

/** Leaves out what CloudFront returns for old clients, and what a request should not have. */
function withoutDeprecated(config: DistributionConfig): DistributionConfig {
  const { DefaultCacheBehavior, CacheBehaviors, ViewerCertificate } = config;
  const { Certificate: _, CertificateSource: __, ...viewer } = ViewerCertificate ?? {};
  const strip = <T extends Partial<CacheBehavior>>(behavior: T): T => {
    const { ForwardedValues: _1, MinTTL: _2, DefaultTTL: _3, MaxTTL: _4, ...rest } = behavior;
    return rest as T;
  };
  return {
    ...config,
    DefaultCacheBehavior: DefaultCacheBehavior && strip(DefaultCacheBehavior),
    CacheBehaviors: CacheBehaviors && {
      ...CacheBehaviors,
      Items: CacheBehaviors.Items?.map(strip),
    },
    ViewerCertificate: viewer,
  };
}

/** Returns why a distribution can't be created yet. */
async function whyNot(aws: Aws, { host, origin }: EdgeFacts): Promise<string | undefined> {
  const certificate = await findCertificate(aws, host);
  if (certificate?.detail.Status !== 'ISSUED')
    return 'ACM has not issued the certificate yet, which takes some minutes';
  if ((await origin()) === undefined) return 'the load balancer of the app has no address yet';
  return undefined;
}

async function createConfig(
  aws: Aws,
  send: Send,
  { host, bucket, origin }: EdgeFacts,
): Promise<DistributionConfig> {
  const { names, region } = aws;
  const methods = { Quantity: 2, Items: ['HEAD' as const, 'GET' as const] };
  const certificate = await findCertificate(aws, host);
  return {
    CallerReference: names.base,
    Comment: names.base,
    Enabled: true,
    IsIPV6Enabled: true,
    HttpVersion: 'http2and3',
    PriceClass: 'PriceClass_All',
    Aliases: { Quantity: 1, Items: [host] },
    ViewerCertificate: {
      ACMCertificateArn: certificate!.arn,
      SSLSupportMethod: 'sni-only',
      MinimumProtocolVersion: 'TLSv1.2_2021',
    },
    Origins: {
      Quantity: 2,
      Items: [
        {
          Id: APP,
          DomainName: (await origin())!,
          CustomOriginConfig: {
            HTTPPort: 80,
            HTTPSPort: 443,
            OriginProtocolPolicy: 'http-only',
            OriginReadTimeout: 60,
            // Less than the 350 seconds of a Network Load Balancer.
            OriginKeepaliveTimeout: 60,
          },
        },
        {
          Id: ASSETS,
          DomainName: `${bucket}.s3.${region}.amazonaws.com`,
          S3OriginConfig: { OriginAccessIdentity: '' },
          OriginAccessControlId: await findControl(send, names.base),
        },
      ],
    },
    DefaultCacheBehavior: {
      TargetOriginId: APP,
      ViewerProtocolPolicy: 'redirect-to-https',
      Compress: true,
      AllowedMethods: {
        Quantity: 7,
        Items: ['HEAD', 'DELETE', 'POST', 'GET', 'OPTIONS', 'PUT', 'PATCH'],
        CachedMethods: methods,
      },
      CachePolicyId: await findCachePolicy(send, names.base),
      OriginRequestPolicyId: ALL_VIEWER,
    },
    CacheBehaviors: {
      Quantity: 1,
      Items: [
        {
          PathPattern: '/assets/*',
          TargetOriginId: ASSETS,
          ViewerProtocolPolicy: 'redirect-to-https',
          Compress: true,
          AllowedMethods: { ...methods, CachedMethods: methods },
          CachePolicyId: CACHING_OPTIMIZED,
        },
      ],
    },
  };
}

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

/** The records that lead the host to the distribution, once CloudFront has deployed it. */
export function aliasResource(aws: Aws, host: string): AwsResource {
  const send = sender(aws.clients, ZONE_OPERATIONS);
  const find = async (): Promise<{
    zone: string | undefined;
    target: string | undefined;
    status: string | undefined;
    isOwn: boolean;
    written: number;
    others: number;
  }> => {
    const { summary, isOwn: own = false } = (await findDistribution(aws, host)) ?? {};
    const target = summary?.DomainName;
    const zone = await findZone(send, host);
    const types = ['A', 'AAAA'] as const;
    const records = zone
      ? await Promise.all(types.map((type) => findRecord(send, zone, host, type)))
      : [];
    const written = records.filter(
      (each) => target !== undefined && each?.AliasTarget?.DNSName?.replace(/\.$/, '') === target,
    ).length;
    const others = records.filter((each) => each !== undefined).length - written;
    return { zone, target, status: summary?.Status, isOwn: own, written, others };
  };
  const toSets = (target: string): ResourceRecordSet[] =>
    (['A', 'AAAA'] as const).map((Type) => ({
      Name: host,
      Type,
      AliasTarget: {
        HostedZoneId: CLOUDFRONT_ZONE,
        DNSName: target,
        EvaluateTargetHealth: false,
      },
    }));
  return {
    room: 'edge',
    name: `DNS records of ${host}`,
    reason: 'leads users to the distribution',
    grants: ZONE_OPERATIONS.flatMap(({ grants }) => grants),
    async look() {
      const { zone, target, status, isOwn: own, written, others } = await find();
      if (!target) return undefined;
      if (others > 0)
        return {
          isOwn: false,
          state: 'pending',
          why: `the zone leads ${host} to another address. Remove its A and AAAA records when users shall come to ${target}`,
        };
      if (!zone)
        return {
          isOwn: false,
          state: 'ready',
          why: `the account has no public zone of ${host}. Create this record where its DNS is: ${host} CNAME ${target}`,
        };
      if (written < 2) return undefined;
      return {
        isOwn: own,
        state: status === 'Deployed' ? 'ready' : 'pending',
        why: 'CloudFront deploys the distribution, for some minutes',
      };
    },
    async create() {
      const { zone, target } = await find();
      return zone && target ? [changeRecords(send, zone, 'CREATE', toSets(target))] : [];
    },
    async remove() {
      const { zone, target } = await find();
      return zone && target ? [changeRecords(send, zone, 'DELETE', toSets(target))] : [];
    },
  };
}
