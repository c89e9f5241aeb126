import { GatiError, type Manifest, type RouteContract } from '@gati/contract';
import { suggest } from '@gati/contract/internal';
import type { Settings } from '../config/settings.ts';
import { domainLabel } from './roles.ts';
import type { DomainPaths } from './target.ts';

type Route = Pick<RouteContract, 'path' | 'domain'>;

/**
 * Returns the path prefixes by which a gateway finds the domains with separate pods. A route
 * whose prefix is also that of another domain has none: the core serves it.
 *
 * @param base path below which the app serves its routes
 * @returns `undefined` if no domain has separate pods
 * @throws {GatiError} GATI_DEPLOY_CONFIG when the app has no such domain
 */
export function domainPaths(
  { contract }: Manifest,
  { domains }: Settings,
  base: string,
): DomainPaths | undefined {
  if (!domains || Object.keys(domains).length === 0) return undefined;
  const { routes } = contract;
  const names = Object.keys(domains).sort();
  assertDomains(names, [...new Set(routes.map(({ domain }) => domain))]);
  return Object.fromEntries(
    names.map((name) => [name, prefixesOf(name, routes).map((prefix) => `${base}${prefix}`)]),
  );
}

function assertDomains(names: string[], known: string[]): void {
  const labels = new Map<string, string>();
  for (const name of names) {
    if (!known.includes(name)) {
      const near = suggest(name, known);
      throw new GatiError({
        code: 'GATI_DEPLOY_CONFIG',
        message: `\`domains.${name}\` names no domain of the app.`,
        fix: near
          ? `Did you mean \`${near}\`?`
          : `The domains are the folders below src/handlers: ${known.join(', ')}.`,
      });
    }
    const label = domainLabel(name);
    const other = labels.get(label);
    if (other !== undefined)
      throw new GatiError({
        code: 'GATI_DEPLOY_CONFIG',
        message: `The domains ${other} and ${name} have the same name in the cluster.`,
        fix: 'Rename one of the folders, or remove one of the settings.',
      });
    labels.set(label, name);
  }
}

function prefixesOf(domain: string, routes: Route[]): string[] {
  const others = routes.filter((route) => route.domain !== domain);
  const own = routes.filter((route) => route.domain === domain).map(({ path }) => prefixOf(path));
  const separate = [...new Set(own)]
    .filter((prefix) => prefix !== '' && !others.some(({ path }) => canBeBelow(path, prefix)))
    .sort();
  return separate.filter((each) => !separate.some((other) => each.startsWith(`${other}/`)));
}

const segmentsOf = (path: string): string[] => path.split('/').filter((each) => each !== '');
const isDynamic = (segment: string): boolean => /^[:*]/.test(segment);

/** Returns the part of a path template before its first parameter. */
function prefixOf(path: string): string {
  const segments = segmentsOf(path);
  const end = segments.findIndex(isDynamic);
  return segments
    .slice(0, end === -1 ? segments.length : end)
    .map((segment) => `/${segment}`)
    .join('');
}

/** Whether a path of the template can be below the prefix. */
function canBeBelow(path: string, prefix: string): boolean {
  const template = segmentsOf(path);
  for (const [index, segment] of segmentsOf(prefix).entries()) {
    const own = template[index];
    if (own === undefined) return false;
    if (own.startsWith('*')) return true;
    if (own !== segment && !isDynamic(own)) return false;
  }
  return true;
}
