import type { Diagnostic } from '@gati/contract';
import { nameConflict } from './diagnostics.ts';
import type { FoundRoute } from './read-route.ts';
import type { RouteFile } from './types.ts';

/**
 * Keeps the routes whose client name is unique and is not a prefix of another name (`x` and `x.y`).
 * It reports the other routes.
 */
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
