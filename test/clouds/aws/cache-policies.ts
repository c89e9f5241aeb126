import type { Change } from './changes.ts';
import type { Reply } from './proxy.ts';

const xml = (body: string, etag?: string): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/xml', ...(etag && { etag }) },
  body,
});

const error = (status: number, code: string): Reply => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse><Error><Code>${code}</Code><Message>${code}</Message></Error></ErrorResponse>`,
});

interface Config {
  Name?: string;
  Comment?: string;
}

/** The cache policies of CloudFront, which moto does not have. */
export function createCachePolicies(): Change {
  const policies = new Map<string, Config>();
  const print = (id: string): string =>
    `<CachePolicy><Id>${id}</Id><CachePolicyConfig><Comment>${policies.get(id)?.Comment}</Comment><Name>${policies.get(id)?.Name}</Name><MinTTL>0</MinTTL></CachePolicyConfig></CachePolicy>`;
  let count = 0;
  return async ({ operation, input }, pass) => {
    const id = String(input['Id']);
    const config = (input['CachePolicyConfig'] ?? {}) as Config;
    switch (operation) {
      case 'cloudfront.CreateCachePolicy': {
        if ([...policies.values()].some(({ Name }) => Name === config.Name))
          return error(409, 'CachePolicyAlreadyExists');
        const created = `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`;
        policies.set(created, config);
        return { ...xml(print(created), 'E1'), status: 201 };
      }
      case 'cloudfront.ListCachePolicies': {
        const items = [...policies.keys()].map(
          (each) => `<CachePolicySummary><Type>custom</Type>${print(each)}</CachePolicySummary>`,
        );
        return xml(
          `<CachePolicyList><MaxItems>100</MaxItems><Quantity>${items.length}</Quantity><Items>${items.join('')}</Items></CachePolicyList>`,
        );
      }
      case 'cloudfront.GetCachePolicy':
        return policies.has(id) ? xml(print(id), 'E1') : error(404, 'NoSuchCachePolicy');
      case 'cloudfront.DeleteCachePolicy':
        if (input['IfMatch'] !== 'E1') return error(412, 'PreconditionFailed');
        return policies.delete(id) ? { status: 204, body: '' } : error(404, 'NoSuchCachePolicy');
      default:
        return await pass();
    }
  };
}
