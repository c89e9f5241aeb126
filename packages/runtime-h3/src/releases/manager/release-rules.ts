import type { AppContext } from '../../global-context/create-global-context.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';

/** How this process runs releases. */
export interface ReleaseRules {
  /** Whether this process serves the client's files. */
  servesClient: boolean;
  /** Whether this process serves a route. */
  servesRoute(route: { domain: string }): boolean;
  /** Loads the config and sets up the modules of a release. `date` is RFC 3339. */
  createContext(bundle: ReleaseBundle, date: string): Promise<AppContext>;
}

/** Returns the bundle with only the routes that this process serves. */
export function limitToServedRoutes(
  bundle: ReleaseBundle,
  serves: ReleaseRules['servesRoute'],
): ReleaseBundle {
  if (bundle.routes.every(serves)) return bundle;
  return {
    ...bundle,
    routes: bundle.routes.filter(serves),
    match(method, path) {
      const found = bundle.match(method, path);
      return found !== undefined && serves(found.data) ? found : undefined;
    },
  };
}
