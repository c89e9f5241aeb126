import type { Change } from './change.ts';
import type { Level } from './levels.ts';

/** One release in the changelog. */
export interface ChangelogEntry {
  version: string;
  /** `YYYY-MM-DD`; any text after that is cut off. */
  date?: string;
  /** A rollback withdrew the release. */
  withdrawn?: boolean;
  /** Changes since the previous release. Absent for the first release. */
  changes?: Change[];
}

const SECTIONS: [Level, string][] = [
  ['major', 'Breaking'],
  ['minor', 'Added and compatible'],
  ['patch', 'Notes'],
];

/**
 * Prints the changelog of an API as Markdown, in the order of the entries.
 *
 * @param name Name of the API.
 * @param entries Newest first.
 */
export function toChangelog(name: string, entries: ChangelogEntry[]): string {
  return `${[`# Changelog of the ${name} API`, ...entries.flatMap(printEntry)].join('\n\n')}\n`;
}

function printEntry({ version, date, withdrawn, changes }: ChangelogEntry): string[] {
  const facts = [date?.slice(0, 10), withdrawn && 'withdrawn'].filter(Boolean).join(', ');
  const title = `## ${version}${facts === '' ? '' : ` (${facts})`}`;
  if (!changes) return [title, 'First release.'];
  const sections = SECTIONS.flatMap(([level, heading]) => {
    const listed = changes.filter((change) => change.level === level);
    return listed.length > 0 ? [`### ${heading}`, printChanges(listed)] : [];
  });
  return [title, ...(sections.length > 0 ? sections : ['No change to the API.'])];
}

function printChanges(changes: Change[]): string {
  const routes = new Map<string, Change[]>();
  for (const change of changes)
    routes.set(change.route, [...(routes.get(change.route) ?? []), change]);
  return [...routes]
    .flatMap(([route, list]) => [
      ...(route === '*' ? [] : [`- \`${route}\``]),
      ...list.map((change) => printChange(change, route === '*' ? '' : '  ')),
    ])
    .join('\n');
}

function printChange({ path, message }: Change, indent: string): string {
  return `${indent}- ${path ? `\`${path}\`: ` : ''}${message.replaceAll('\n', ' ')}`;
}
