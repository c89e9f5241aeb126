import {
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
  const find = (): Promise<string | undefined> => findCachePolicy(send, names.base);
  return {
    room: 'edge',
    name: `CloudFront cache policy ${names.base}`,
    reason: 'caches responses by X-API-Version',
    grants: POLICIES.flatMap(({ grants }) => grants),
    // A cache policy can't have tags. Its name contains the app and the environment.
    look: async () => ((await find()) ? { isOwn: true, state: 'ready' } : undefined),
    create: async () => [
      request(send, CreateCachePolicy, {
        CachePolicyConfig: {
          Name: names.base,
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
      const Id = (await find())!;
      const { ETag: IfMatch } = await send(GetCachePolicy, { Id });
      return [request(send, DeleteCachePolicy, { Id, IfMatch })];
    },
  };
}

/** Returns the identifier of a cache policy. */
export async function findCachePolicy(send: Send, name: string): Promise<string | undefined> {
  const { CachePolicyList } = await send(ListCachePolicies, { Type: 'custom' });
  return CachePolicyList?.Items?.find(
    ({ CachePolicy }) => CachePolicy?.CachePolicyConfig?.Name === name,
  )?.CachePolicy?.Id;
}
