import type { Diagnostic } from '@gati/contract';
import { nameConflict } from './diagnostics.ts';
import type { FoundRoute } from './read-route.ts';
import type { RouteFile } from './types.ts';

/** A name belongs to one route, and a route's name is no folder of another's. A route that loses its name is left out. */
export function withUniqueNames(found: FoundRoute[], diagnostics: Diagnostic[]): RouteFile[] {
  const owners = new Map<string, FoundRoute>();
  const folders = new Map<string, FoundRoute>();
  const kept: RouteFile[] = [];
  for (const entry of found) {
    const { name } = entry.route;
    const key = name.join('.');
    const prefixes = name.slice(1).map((_, index) => name.slice(0, index + 1).join('.'));
    const other =
      owners.get(key) ??
      folders.get(key) ??
      prefixes.map((prefix) => owners.get(prefix)).find(Boolean);
    if (other) {
      diagnostics.push(nameConflict(entry.nameSite, 'client name', key, other.nameSite));
      continue;
    }
    owners.set(key, entry);
    for (const prefix of prefixes) if (!folders.has(prefix)) folders.set(prefix, entry);
    kept.push(entry.route);
  }
  return kept;
}
