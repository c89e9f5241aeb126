import type { Change } from './change.ts';
import type { Level } from './levels.ts';

/** One release as the changelog tells it. */
export interface ChangelogEntry {
  version: string;
  /** `YYYY-MM-DD`, or what starts with it. */
  date?: string;
  /** Against the release before. Absent: it is the first. */
  changes?: Change[];
}

const SECTIONS: [Level, string][] = [
  ['major', 'Breaking'],
  ['minor', 'Added and compatible'],
  ['patch', 'Notes'],
];

/** The changelog of the API for people, as markdown; newest entry first, as they are given. */
export function toChangelog(name: string, entries: ChangelogEntry[]): string {
  return `${[`# Changelog of the ${name} API`, ...entries.flatMap(printEntry)].join('\n\n')}\n`;
}

function printEntry({ version, date, changes }: ChangelogEntry): string[] {
  const title = `## ${version}${date ? ` (${date.slice(0, 10)})` : ''}`;
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
