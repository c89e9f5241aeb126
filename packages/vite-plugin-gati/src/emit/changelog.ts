import {
  type ChangelogEntry,
  type Manifest,
  type RouteContract,
  toChangelog,
} from '@gati/contract';

export interface ChangelogRelease {
  manifest: Manifest;
  /** Absent for a release that is in no store yet. */
  date?: string;
  /** A rollback withdrew the release. */
  withdrawn?: boolean;
}

/**
 * Returns the API changelog, newest release first. If the oldest is the very first release, its
 * routes are listed by domain.
 */
export function toApiChangelog(releases: [ChangelogRelease, ...ChangelogRelease[]]): string {
  const entries = releases.map(
    ({ manifest: { release, changes }, date, withdrawn }): ChangelogEntry => ({
      version: release.version,
      ...(date !== undefined && { date }),
      ...(withdrawn && { withdrawn }),
      ...(changes && { changes }),
    }),
  );
  const text = toChangelog(releases[0].manifest.name, entries);
  const { changes, contract } = releases.at(-1)!.manifest;
  return changes || contract.routes.length === 0
    ? text
    : `${text}\n${listRoutes(contract.routes)}\n`;
}

function listRoutes(routes: RouteContract[]): string {
  const domains = new Map<string, RouteContract[]>();
  for (const route of routes)
    domains.set(route.domain, [...(domains.get(route.domain) ?? []), route]);
  return [...domains]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([domain, list]) => `### ${domain}\n\n${list.map(entry).join('\n')}`)
    .join('\n\n');
}

function entry({ id, summary, deprecated, responses }: RouteContract): string {
  const statuses = Object.keys(responses).filter((status) => status !== 'default');
  return [
    `- \`${id}\``,
    deprecated && '(deprecated)',
    statuses.length > 0 && `→ ${statuses.join(', ')}`,
    summary && `: ${summary}`,
  ]
    .filter(Boolean)
    .join(' ')
    .replace(' : ', ': ');
}
