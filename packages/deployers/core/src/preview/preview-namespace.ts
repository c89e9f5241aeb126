import { GatiError } from '@gati/contract';
import type { Cluster, KubeObject } from '../kube/cluster.ts';
import { kubeError } from '../kube/errors.ts';
import { LABELS, MANAGER } from '../objects/labels.ts';
import type { Target } from '../objects/target.ts';

/** Label of the namespaces of previews, with the name of the preview. */
export const PREVIEW = 'gati.dev/preview';
/** Annotations of these namespaces. */
const EXPIRES = 'gati.dev/expires';
const ADDRESS = 'gati.dev/url';
const VERSION = 'gati.dev/version';

const NAMESPACES = 'api/v1/namespaces';

/** A preview in a cluster. */
export interface Preview {
  name: string;
  namespace: string;
  /** Date in ISO 8601. */
  expires: string;
  /** Address of users, and the version that serves there; empty before the first rollout. */
  url: string;
  version: string;
}

/** Facts that a preview stores in its namespace. */
export type PreviewFacts = Pick<Preview, 'name' | 'expires'> &
  Partial<Pick<Preview, 'url' | 'version'>>;

/**
 * Writes the namespace of a preview. Its deletion removes the whole preview.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG when the namespace belongs to something else
 */
export async function writePreview(
  cluster: Cluster,
  { namespace, app }: Target,
  { name, expires, url = '', version = '' }: PreviewFacts,
): Promise<void> {
  const found = await cluster.get(`${NAMESPACES}/${namespace}`);
  const { labels = {} } = found?.metadata ?? {};
  if (found && (labels[PREVIEW] !== name || labels[LABELS.app] !== app))
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message: `The namespace ${namespace} exists already, and does not belong to a preview of ${app}.`,
      fix: 'Choose another name for the preview.',
    });
  await cluster.call("Can't write the namespace of the preview", {
    method: 'PATCH',
    path: `${NAMESPACES}/${namespace}`,
    query: { fieldManager: `${MANAGER}-preview`, force: 'true', fieldValidation: 'Strict' },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: {
          'app.kubernetes.io/managed-by': MANAGER,
          'pod-security.kubernetes.io/enforce': 'restricted',
          [LABELS.app]: app,
          [PREVIEW]: name,
        },
        annotations: { [EXPIRES]: expires, [ADDRESS]: url, [VERSION]: version },
      },
    },
  });
}

/**
 * Rejects the deploy of an environment into the namespace of a preview of the same name, because
 * the cluster removes that namespace when the preview expires.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG
 */
export function assertNoPreview(namespace: KubeObject | undefined): void {
  const preview = namespace?.metadata.labels?.[PREVIEW];
  if (preview === undefined) return;
  throw new GatiError({
    code: 'GATI_DEPLOY_CONFIG',
    message: `The namespace ${namespace!.metadata.name} is that of the preview ${preview}, with which it is removed.`,
    fix: `Run \`gati-deploy preview delete ${preview}\` first, or set \`kubernetes.namespace\`.`,
  });
}

/** Lists the previews of an app by their names. */
export async function listPreviews(cluster: Cluster, app: string): Promise<Preview[]> {
  const found = await cluster.list(NAMESPACES, {
    labelSelector: `${LABELS.app}=${app},${PREVIEW}`,
  });
  return found
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(toPreview)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function toPreview({ metadata: { name, labels = {}, annotations = {} } }: KubeObject): Preview {
  return {
    name: labels[PREVIEW] ?? '',
    namespace: name,
    expires: annotations[EXPIRES] ?? '',
    url: annotations[ADDRESS] ?? '',
    version: annotations[VERSION] ?? '',
  };
}

/**
 * Requests the deletion of the namespace of a preview with all its objects. Does not wait for the
 * cluster to finish.
 */
export async function deletePreview(cluster: Cluster, { namespace }: Preview): Promise<void> {
  const { status, value } = await cluster.request({
    method: 'DELETE',
    path: `${NAMESPACES}/${namespace}`,
  });
  if (status >= 300 && status !== 404 && status !== 409)
    throw kubeError(`Can't delete the namespace ${namespace}`, status, value);
}

/** Removes expired previews and returns their names. */
export async function sweepPreviews(cluster: Cluster, app: string): Promise<string[]> {
  const all = await listPreviews(cluster, app);
  const expired = all.filter(({ expires }) => Date.parse(expires) <= cluster.now());
  for (const each of expired) await deletePreview(cluster, each);
  return expired.map(({ name }) => name);
}
