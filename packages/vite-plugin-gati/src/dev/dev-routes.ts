import type { ReleaseBundle } from '@gati/runtime-h3/app';
import type { RouteFile, Scan } from '../scan/types.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';
import { DevRoute } from './dev-route.ts';
import { createDevRouter } from './dev-router.ts';
import { filesOf, type RouteLoader } from './load-route.ts';

/**
 * The routes of the app in development. A route keeps its {@link DevRoute} while its file is
 * edited.
 */
export interface DevRoutes {
  all(): DevRoute[];
  readonly match: ReleaseBundle['match'];
  /**
   * Applies a scan. Routes made of a file in `changed` are loaded again. Returns whether routes
   * were added or removed, so that `match` is another function.
   */
  sync(scan: Scan, changed: Set<string>): boolean;
}

export function createDevRoutes(loader: RouteLoader, reporter: DiagnosticReporter): DevRoutes {
  const routes = new Map<string, DevRoute>();
  let applied: Scan | undefined;
  let match: ReleaseBundle['match'] = () => undefined;

  function addOrUpdate(file: RouteFile, changed: Set<string>): void {
    const route = routes.get(file.id) ?? new DevRoute(file, loader.load);
    routes.set(file.id, route);
    const isSame = JSON.stringify(route.file) === JSON.stringify(file);
    if (isSame && !isMadeOf(file, changed)) return;
    route.file = file;
    reload(route);
  }

  return {
    all: () => [...routes.values()],
    get match() {
      return match;
    },
    sync(scan, changed) {
      if (scan === applied) {
        for (const route of routes.values()) if (isMadeOf(route.file, changed)) reload(route);
        return false;
      }
      reporter.set('scan', scan.diagnostics);
      applied = scan;
      loader.keep(scan.routes);
      const kept = new Set(scan.routes.map(({ id }) => id));
      const isOtherTable =
        scan.routes.some(({ id }) => !routes.has(id)) || kept.size !== routes.size;
      for (const file of scan.routes) addOrUpdate(file, changed);
      if (!isOtherTable) return false;
      for (const id of routes.keys()) if (!kept.has(id)) routes.delete(id);
      match = createDevRouter([...routes.values()]);
      return true;
    },
  };
}

function reload(route: DevRoute): void {
  route.invalidate();
  // Does not await the reload: requests wait for the route, and its loader has reported a failure.
  if (route.isUsed) void route.load();
}

const isMadeOf = (route: RouteFile, files: Set<string>): boolean =>
  filesOf(route).some((file) => files.has(file));
