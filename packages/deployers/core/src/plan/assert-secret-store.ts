import { GatiError } from '@gati/contract';
import type { Cluster } from '../kube/cluster.ts';
import { secretRefs } from '../objects/external-secret.ts';
import type { Target } from '../objects/target.ts';

/**
 * Rejects a deploy whose pods would wait for a Secret that nothing creates.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG when the cluster has no External Secrets
 */
export async function assertSecretStore(cluster: Cluster, { settings }: Target): Promise<void> {
  const [first] = secretRefs(settings);
  if (!first || (await cluster.get('apis/external-secrets.io/v1'))) return;
  throw new GatiError({
    code: 'GATI_DEPLOY_CONFIG',
    message: `\`env.${first[0]}\` is a \`secretRef\`, but the cluster has no External Secrets (external-secrets.io/v1).`,
    fix: 'Install the External Secrets Operator, or use `{ secret: NAME, key: KEY }` with a Secret of the namespace.',
  });
}
