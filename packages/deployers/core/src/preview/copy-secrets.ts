import { GatiError } from '@gati/contract';
import type { Cluster } from '../kube/cluster.ts';
import { MANAGER } from '../objects/labels.ts';
import { PREVIEW } from './preview-namespace.ts';

/** Value of the label {@link PREVIEW} of Secrets that previews may have. */
const ALLOWED = 'allow';

/**
 * Copies Secrets into the namespace of a preview if they have the label for previews. The code of a
 * pull request must not read other Secrets.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG when a Secret is missing, or not labelled
 */
export async function copySecrets(
  cluster: Cluster,
  names: string[],
  { from, to }: { from: string; to: string },
): Promise<void> {
  for (const name of names) {
    const found = await cluster.get(`api/v1/namespaces/${from}/secrets/${name}`);
    if (found?.metadata.labels?.[PREVIEW] !== ALLOWED) {
      if (await cluster.get(`api/v1/namespaces/${to}/secrets/${name}`)) continue;
      throw new GatiError({
        code: 'GATI_DEPLOY_CONFIG',
        message: `The preview needs the Secret ${name}, and the one in ${from} ${found ? `has no label ${PREVIEW}=${ALLOWED}` : 'does not exist'}.`,
        fix: `If the code of pull requests may read this Secret, add the label. Otherwise, create a Secret of that name in ${to}, or set another value in \`environments.preview\`.`,
      });
    }
    await cluster.call(`Can't copy the Secret ${name}`, {
      method: 'PATCH',
      path: `api/v1/namespaces/${to}/secrets/${name}`,
      query: { fieldManager: `${MANAGER}-preview`, force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: to },
        type: found['type'],
        data: found['data'],
      },
    });
  }
}
