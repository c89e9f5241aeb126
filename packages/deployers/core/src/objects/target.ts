import { createHash } from 'node:crypto';
import { GatiError, type Manifest } from '@gati/contract';
import type { Settings } from '../config/settings.ts';

/** An app and its place in a cluster. All objects are made from these facts. */
export interface Target {
  /** Name of the app in the cluster, from that of `package.json`. */
  app: string;
  environment: string;
  namespace: string;
  settings: Settings;
}

/** The release that is deployed. */
export interface ReleaseFacts {
  id: string;
  version: string;
  /** `HOST/REPOSITORY@sha256:…` */
  image: string;
}

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

/** Turns a name into a label of DNS. A name that is too long ends with a part of its digest. */
function toName(name: string, limit: number): string {
  const clean = name
    .toLowerCase()
    .slice(0, 300)
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  if (clean === '' || /^\d/.test(clean)) return toName(`app-${clean}`, limit);
  if (clean.length <= limit) return clean;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${clean.slice(0, limit - 7).replace(/-$/, '')}-${digest}`;
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
