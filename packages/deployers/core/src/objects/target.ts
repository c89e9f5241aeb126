import { type ContainerContract, GatiError, type Manifest } from '@gati/contract';
import type { Settings } from '../config/settings.ts';
import { toName } from './to-name.ts';

/** An app and its place in a cluster. All objects are made from these facts. */
export interface Target {
  /** Name of the app in the cluster, from that of `package.json`. */
  app: string;
  environment: string;
  namespace: string;
  settings: Settings;
  /** Settings without the numbers of pods that users set in the panel. */
  configured?: Settings;
}

/** The release that is deployed. */
export interface ReleaseFacts {
  id: string;
  version: string;
  /** `HOST/REPOSITORY@sha256:…` */
  image: string;
  /** Absent if no domain has separate pods. */
  paths?: DomainPaths;
  /** Earlier releases that keep separate pods. */
  isolated?: IsolatedRelease[];
  /** Modules that run in separate pods. */
  modules?: ModuleFacts[];
  /** The contract as `packContract` packs it. Absent if it is too long. */
  contract?: string;
  /** Whether the build has migrations of the database. */
  migrates?: boolean;
}

/** A `docker:` module of a release. */
export interface ModuleFacts {
  name: string;
  image: string;
  container: ContainerContract;
}

export interface IsolatedRelease {
  revision: string;
  version: string;
}

/** Path prefixes by domain. No other domain has a route under them. */
export type DomainPaths = Record<string, string[]>;

/**
 * Maximum length of a name. A label of Kubernetes has up to 63 characters, and the names of
 * Deployments end with a role and a revision.
 */
const NAME_LIMIT = 40;

/** Returns the target of an environment. */
export function toTarget(name: string, environment: string, settings: Settings): Target {
  const app = toName(name, NAME_LIMIT);
  const own = toName(environment, 20);
  return {
    app,
    environment: own,
    namespace: settings.kubernetes?.namespace ?? `${app}-${own}`,
    settings,
  };
}

/**
 * Rejects an app whose jobs would be lost: without `GATI_EFFECTS`, each pod has a queue in its own
 * folder, which ends with the pod.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG
 */
export function assertQueue({ contract }: Manifest, { env = {} }: Settings): void {
  if (contract.effects.length === 0 || Object.hasOwn(env, 'GATI_EFFECTS')) return;
  throw new GatiError({
    code: 'GATI_DEPLOY_CONFIG',
    message:
      'The app has effects, and `env.GATI_EFFECTS` names no queue. Each pod would keep its jobs in its own folder, which ends with the pod.',
    fix: 'Set `env.GATI_EFFECTS` to a queue that outlives pods, such as postgres://… from a secret.',
  });
}
