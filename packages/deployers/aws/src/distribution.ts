import {
  type CacheBehavior,
  CreateDistributionWithTagsCommand,
  DeleteDistributionCommand,
  type DistributionConfig,
  type DistributionSummary,
  GetDistributionConfigCommand,
  ListDistributionsCommand,
  ListTagsForResourceCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import { GatiError } from '@gati/contract';
import { isOwn } from 'gati-deploy/cloud';
import { CONTROLS, findControl } from './access-control.ts';
import { tagList, tagRecord } from './account.ts';
import type { Aws, AwsResource } from './aws.ts';
import { findCachePolicy, POLICIES } from './cache-policy.ts';
import { findCertificate } from './certificate.ts';
import { operation, request, type Send, sender } from './operation.ts';
import { PRICES } from './prices.ts';

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
const APP = 'app';
/** CloudFront forwards `Host`, so the certificate of the load balancer must be for the host. */
const HTTPS = 'https-only';
const ASSETS = 'assets';

export interface EdgeFacts {
  host: string;
  /** Bucket of the assets. */
  bucket: string;
  /** Host name of the load balancer of the cluster; `undefined` before it exists. */
  origin(): Promise<string | undefined>;
  /** Whether the load balancer accepts HTTPS. */
  isSecure(): Promise<boolean>;
}

interface FoundDistribution {
  summary: DistributionSummary;
  isOwn: boolean;
}

/** Finds the distribution of a host, or the one that a deploy of the app created for another host. */
export async function findDistribution(
  aws: Aws,
  host: string | undefined,
): Promise<FoundDistribution | undefined> {
  const send = sender(aws.clients, DISTRIBUTIONS);
  let own: FoundDistribution | undefined;
  for (let Marker: string | undefined; ;) {
    const { DistributionList: list } = await send(ListDistributions, { Marker });
    for (const summary of list?.Items ?? []) {
      const hasHost = host !== undefined && hostsOf(summary).includes(host);
      if (!hasHost && summary.Comment !== aws.names.base) continue;
      const { Tags } = await send(ListTags, { Resource: summary.ARN });
      const found = { summary, isOwn: isOwn(aws.place, tagRecord(Tags?.Items)) };
      if (hasHost) return found;
      // Another app can have the same `APP-ENVIRONMENT`.
      if (found.isOwn) own = found;
    }
    Marker = list?.NextMarker;
    if (!list?.IsTruncated || !Marker) return own;
  }
}

const hostsOf = ({ Aliases }: DistributionSummary): string[] => Aliases?.Items ?? [];

/** Returns the hosts of the distribution that a deploy of the app created. */
export async function ownDistributionHosts(aws: Aws): Promise<string[]> {
  const found = await findDistribution(aws, undefined);
  return found?.isOwn ? hostsOf(found.summary) : [];
}

/**
 * Distribution of the app. Ready once it exists, although CloudFront takes minutes to deploy it.
 */
export function distributionResource(aws: Aws, facts: EdgeFacts): AwsResource {
  const { names, clients } = aws;
  const { host, origin } = facts;
  const all = [...DISTRIBUTIONS, ...POLICIES, ...CONTROLS];
  const send = sender(clients, all);
  return {
    service: 'edge',
    name: `CloudFront distribution ${host}`,
    reason: 'serves assets, and passes requests to the app',
    price: PRICES.distribution,
    grants: DISTRIBUTIONS.flatMap(({ grants }) => grants),
    async find() {
      const found = await findDistribution(aws, host);
      if (!found) {
        const why = await whyNot(aws, facts);
        return why === undefined ? undefined : { isOwn: false, state: 'pending', why };
      }
      const { summary, isOwn: own } = found;
      if (!summary.Enabled && summary.Status === 'InProgress')
        return {
          isOwn: own,
          state: 'removing',
          why: 'CloudFront is disabling it, which takes some minutes',
        };
      const wanted = await origin();
      const hasHost = hostsOf(summary).includes(host);
      const actual = summary.Origins?.Items?.find(({ Id }) => Id === APP);
      const isCurrent =
        actual?.DomainName === wanted &&
        actual?.CustomOriginConfig?.OriginProtocolPolicy === HTTPS &&
        summary.Enabled &&
        hasHost;
      const isKept = !own || wanted === undefined;
      if (isCurrent || isKept) return { isOwn: own, state: 'ready' };
      const why = await whyNot(aws, facts);
      return why === undefined
        ? { isOwn: own, state: 'incomplete' }
        : { isOwn: own, state: 'pending', why };
    },
    async create(found) {
      const why = await whyNot(aws, facts);
      if (why !== undefined) throw notYetError(host, why);
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

/**
 * Leaves out members that CloudFront returns for old clients, and members that no request may have.
 */
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

const notYetError = (host: string, why: string): GatiError =>
  new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `The CloudFront distribution can't serve ${host} yet: ${why}.`,
    fix: 'Run `gati-deploy edge` again in some minutes. It continues.',
  });

/** Returns why a distribution can't be created or changed yet. */
async function whyNot(
  aws: Aws,
  { host, origin, isSecure }: EdgeFacts,
): Promise<string | undefined> {
  const certificate = await findCertificate(aws, host);
  if (certificate?.detail.Status !== 'ISSUED')
    return 'ACM has not issued the certificate yet, which takes some minutes';
  if ((await origin()) === undefined) return 'the load balancer of the app has no address yet';
  if (!(await isSecure()))
    return 'the load balancer gets HTTPS once its certificate is issued, which takes some minutes';
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
            OriginProtocolPolicy: HTTPS,
            OriginSslProtocols: { Quantity: 1, Items: ['TLSv1.2'] },
            OriginReadTimeout: 60,
            // Less than the 5 seconds after which the server ends an idle connection.
            OriginKeepaliveTimeout: 4,
          },
        },
        {
          Id: ASSETS,
          DomainName: `${bucket}.s3.${region}.amazonaws.com`,
          S3OriginConfig: { OriginAccessIdentity: '' },
          OriginAccessControlId: (await findControl(send, names.base))?.Id,
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
      CachePolicyId: (await findCachePolicy(send, names.base))?.Id,
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
