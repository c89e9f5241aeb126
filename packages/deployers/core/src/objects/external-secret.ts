import { createHash } from 'node:crypto';
import { GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import type { SecretRef, Settings } from '../config/settings.ts';
import type { KubeObject } from '../kube/cluster.ts';
import { withIdentity } from './identity.ts';
import type { Target } from './target.ts';

export const EXTERNAL_SECRET = 'ExternalSecret';

export const isSecretRef = (value: unknown): value is SecretRef =>
  isObject(value) && 'secretRef' in value;

/** Returns the variables whose values come from the secret store, by name. */
export function secretRefs({ env = {} }: Settings): [string, SecretRef][] {
  return Object.entries(env)
    .flatMap(([name, value]): [string, SecretRef][] => (isSecretRef(value) ? [[name, value]] : []))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Returns the name of the Secret with these values. It changes with the references, so that the
 * pods of an earlier release still find their values after a rollback.
 */
export function externalSecretName({ app, settings }: Pick<Target, 'app' | 'settings'>): string {
  const facts = JSON.stringify([settings.kubernetes?.secretStore, secretRefs(settings)]);
  return `${app}-env-${createHash('sha256').update(facts).digest('hex').slice(0, 10)}`;
}

/**
 * Returns the object from which External Secrets creates the Secret; `undefined` if no variable
 * needs a Secret. The deploy never reads the values.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG when the settings name no store
 * @see https://external-secrets.io/latest/api/externalsecret/
 */
export function createExternalSecret(target: Target): KubeObject | undefined {
  const refs = secretRefs(target.settings);
  if (refs.length === 0) return undefined;
  const { secretStore } = target.settings.kubernetes ?? {};
  if (secretStore === undefined)
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message: `\`env.${refs[0]![0]}\` is a \`secretRef\`, but \`kubernetes.secretStore\` names no store.`,
      fix: 'Set `kubernetes.secretStore` to a ClusterSecretStore of the cluster, or use `{ secret: NAME, key: KEY }`.',
    });
  const [store, kind = 'ClusterSecretStore'] = secretStore.split('/').reverse();
  const name = externalSecretName(target);
  return withIdentity(target, {
    kind: EXTERNAL_SECRET,
    name,
    spec: {
      refreshInterval: '1h0m0s',
      secretStoreRef: { kind, name: store },
      target: { name, creationPolicy: 'Owner' },
      data: refs.map(([secretKey, { secretRef: key, property }]) => ({
        secretKey,
        remoteRef: { key, ...(property !== undefined && { property }) },
      })),
    },
  });
}
