import { fileURLToPath } from 'node:url';
import { createGlobalContext } from '../../global-context/create-global-context.ts';
import type { TrackStep } from '../../modules/module-setup.ts';
import type { ReleaseRules } from '../../releases/manager/release-rules.ts';
import type { Tracer } from '../../telemetry/trace/tracer.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';
import type { ModuleHost } from '../../types/foreign.ts';
import type { WorkerKind } from '../channel/messages.ts';
import type { ServerEnv } from '../env.ts';
import { createRouteFilter } from '../route-filter.ts';
import type { WorkerEffects } from './worker-effects.ts';
import type { WorkerLog } from './worker-log.ts';

interface ReleaseRulesOptions {
  env: ServerEnv;
  kind: WorkerKind;
  log: WorkerLog;
  effects: WorkerEffects;
  servesClient: boolean;
  /** Observes the parts of requests if telemetry is on. */
  tracer?: Tracer | undefined;
  /** Records what the start of a worker waits for. */
  track?: TrackStep;
  /** Runs the processes of foreign modules. A proof has none. */
  modules?: ModuleHost | undefined;
  /** Folder that paths of foreign modules start from. */
  root?: URL | undefined;
}

/** How this worker runs each release: the routes that it serves, and the release's `gctx`. */
export function createReleaseRules(
  own: ReleaseBundle,
  { env, kind, log, effects, servesClient, tracer, track, modules, root }: ReleaseRulesOptions,
): ReleaseRules {
  return {
    servesClient,
    servesRoute: createRouteFilter(own, env),
    async createContext(release, date) {
      const context = await createGlobalContext({
        release,
        deployedAt: new Date(date),
        mode: 'production',
        logger: log.logger,
        announce: kind === 'first' && release.id === own.id,
        // The proof of a release serves nothing.
        ...(kind !== 'proof' && { log: log.writeInfo }),
        effects,
        ...(tracer && { tracer }),
        ...(track && { track }),
        ...(modules && { host: modules }),
        ...(root && { root: fileURLToPath(root) }),
      });
      log.hide(context.secrets);
      return context;
    },
  };
}
