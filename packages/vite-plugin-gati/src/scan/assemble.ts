import type { Diagnostic } from '@gati/contract';
import { isPanelPath, PROBE_PATHS } from '@gati/contract/internal';
import { readEffects, readModules } from './read-named-files.ts';
import { readVersions } from './read-versions.ts';
import type { ScannedFile } from './file-facts.ts';
import { aroundRoute, outermostFirst, readGuards, toFolderFile } from './folder-files.ts';
import type { FileRole } from './layout.ts';
import { findMisspeltExports } from './misspelt-exports.ts';
import { withUniqueNames } from './unique-names.ts';
import { type FoundRoute, readRoute } from './read-route.ts';
import {
  middlewareMissing,
  routeConflict,
  routeReserved,
  routeShadowed,
  syntaxError,
} from './diagnostics.ts';
import { toShape } from './route.ts';
import type { Scan } from './types.ts';

const PROBES: readonly string[] = PROBE_PATHS;

/**
 * Combines the facts of all files. It reports a file with an error and leaves it out; the other
 * files stay.
 */
export function assemble(files: ScannedFile[], base: string): Scan {
  const sorted = [...files].sort((a, b) => (a.file < b.file ? -1 : 1));
  const diagnostics: Diagnostic[] = [];
  const readable = sorted.filter(({ file, facts: { syntax }, isStale }) => {
    if (syntax) diagnostics.push(syntaxError({ file, ...syntax }, syntax.message));
    return !syntax || isStale;
  });
  const withRole = (role: FileRole): ScannedFile[] =>
    readable.filter((entry) => entry.role === role);

  const middleware = withRole('middleware').filter((entry) => {
    const { file, facts } = entry;
    diagnostics.push(...findMisspeltExports(entry, 'middleware'));
    if (facts.exportsAll || facts.exports.values.includes('middleware')) return true;
    diagnostics.push(middlewareMissing({ file }));
    return false;
  });
  const guards = readGuards(
    sorted.filter(({ role }) => role === 'guard'),
    diagnostics,
  );
  const folders = outermostFirst([...guards, ...middleware.map((entry) => toFolderFile(entry))]);

  const byShape = new Map<string, FoundRoute>();
  for (const entry of withRole('handler')) {
    diagnostics.push(...findMisspeltExports(entry, 'handler'));
    const found = readRoute(entry, diagnostics);
    if (!found) continue;
    const shape = toShape(found.route);
    const other = byShape.get(shape);
    if (other) {
      diagnostics.push(routeConflict(found.site, found.route.id, other.site, other.route.id));
      continue;
    }
    const { id, method, path } = found.route;
    const served = base + path.replace(/^\/$/, '');
    if (isPanelPath(served)) {
      diagnostics.push(routeReserved(found.site, id));
      continue;
    }
    if ((method === 'GET' || method === 'HEAD') && PROBES.includes(served))
      diagnostics.push(routeShadowed(found.site, id));
    Object.assign(found.route, aroundRoute(entry, folders, diagnostics));
    byShape.set(shape, found);
  }
  const routes = withUniqueNames([...byShape.values()], diagnostics);
  const config = withRole('config')[0]?.file;
  return {
    routes: routes.sort((a, b) => (a.id < b.id ? -1 : 1)),
    folders,
    modules: readModules(withRole('module'), diagnostics),
    effects: readEffects(withRole('effect'), diagnostics),
    ...(config === undefined ? {} : { config }),
    versions: readVersions(withRole('version'), diagnostics),
    diagnostics: diagnostics.sort(
      (a, b) => (a.file ?? '').localeCompare(b.file ?? '', 'en') || (a.line ?? 0) - (b.line ?? 0),
    ),
  };
}
