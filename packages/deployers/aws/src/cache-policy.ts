import {
  type CachePolicy,
  CreateCachePolicyCommand,
  DeleteCachePolicyCommand,
  GetCachePolicyCommand,
  ListCachePoliciesCommand,
} from '@aws-sdk/client-cloudfront';
import type { Aws, AwsResource } from './aws.ts';
import { operation, request, type Send, sender } from './operation.ts';

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
export const POLICIES = [ListCachePolicies, GetCachePolicy, CreateCachePolicy, DeleteCachePolicy];

/** Caches responses as their `Cache-Control` allows, by version of the API and by account. */
export function cachePolicyResource({ names, clients }: Aws): AwsResource {
  const send = sender(clients, POLICIES);
  return {
    service: 'edge',
    name: `CloudFront cache policy ${names.base}`,
    reason: 'caches responses by X-API-Version',
    grants: POLICIES.flatMap(({ grants }) => grants),
    // A cache policy can't have tags. Its comment contains the app and the environment.
    async find() {
      const found = await findCachePolicy(send, names.base);
      return found && { isOwn: found.CachePolicyConfig?.Comment === names.mark, state: 'ready' };
    },
    create: async () => [
      request(send, CreateCachePolicy, {
        CachePolicyConfig: {
          Name: names.base,
          Comment: names.mark,
          MinTTL: 0,
          // Only responses that allow it are cached.
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
      const { Id } = (await findCachePolicy(send, names.base))!;
      const { ETag: IfMatch } = await send(GetCachePolicy, { Id });
      return [request(send, DeleteCachePolicy, { Id, IfMatch })];
    },
  };
}

/** Finds a cache policy by its name. */
export async function findCachePolicy(send: Send, name: string): Promise<CachePolicy | undefined> {
  const { CachePolicyList } = await send(ListCachePolicies, { Type: 'custom' });
  return CachePolicyList?.Items?.find(
    ({ CachePolicy }) => CachePolicy?.CachePolicyConfig?.Name === name,
  )?.CachePolicy;
}
