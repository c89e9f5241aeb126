import type { Manifest, RouteContract } from '@gati/contract';

/** The API changelog of a first release: what there is, by domain. */
export function toChangelog({ name, release, contract }: Manifest): string {
  const domains = new Map<string, RouteContract[]>();
  for (const route of contract.routes) domains.set(route.domain, [...(domains.get(route.domain) ?? []), route]);
  const sections = [...domains]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([domain, routes]) => `### ${domain}\n\n${routes.map(entry).join('\n')}`);
  return [`# Changelog of the ${name} API`, `## ${release.version}`, 'First release.', ...sections].join('\n\n') + '\n';
}

function entry({ id, summary, deprecated, responses }: RouteContract): string {
  const statuses = Object.keys(responses).filter((status) => status !== 'default');
  return [`- \`${id}\``, deprecated && '(deprecated)', statuses.length > 0 && `→ ${statuses.join(', ')}`, summary && `: ${summary}`]
    .filter(Boolean)
    .join(' ')
    .replace(' : ', ': ');
}
