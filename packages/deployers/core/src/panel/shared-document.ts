import { isObject } from '@gati/contract/data';
import type { SharedDocument } from '@gati/runtime-h3/telemetry';
import type { Cluster, KubeObject } from '../kube/cluster.ts';
import { kubeError } from '../kube/errors.ts';
import { pathOf } from '../kube/kinds.ts';
import { DOCUMENT_KEY, panelSecret } from '../objects/panel-objects.ts';
import type { PanelPlace } from './place.ts';

/** Requests only the metadata, because the content may be long. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/**
 * Creates the document that the pods share, in the Secret of the panel. The API server rejects a
 * write that is based on an earlier version.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export function createDocument(cluster: Cluster, place: PanelPlace): SharedDocument {
  const path = pathOf(panelSecret(place));
  let last: KubeObject | undefined;
  async function get(accept?: string): Promise<KubeObject> {
    const { status, value } = await cluster.request({ method: 'GET', path, accept });
    if (status === 200 && isObject(value)) return value as unknown as KubeObject;
    throw kubeError("Can't read the accounts of the panel", status, value);
  }
  return {
    async read(known) {
      if (known !== undefined && last?.metadata.resourceVersion === known) {
        const head = await get(METADATA_ONLY);
        if (head.metadata.resourceVersion === known) return { version: known };
      }
      const found = await get();
      last = found;
      const text = (isObject(found['data']) ? found['data'] : {})[DOCUMENT_KEY];
      return {
        version: found.metadata.resourceVersion!,
        ...(typeof text === 'string' && { bytes: Buffer.from(text, 'base64') }),
      };
    },
    async write(bytes, version) {
      // The labels and annotations of the deploy stay.
      const { metadata, ...rest } = last!;
      const data = { [DOCUMENT_KEY]: Buffer.from(bytes).toString('base64') };
      const { status, value } = await cluster.request({
        method: 'PUT',
        path,
        query: { fieldManager: 'gati-panel' },
        body: { ...rest, metadata: { ...metadata, resourceVersion: version }, data },
      });
      if (status === 409) return undefined;
      if (status !== 200) throw kubeError("Can't store the accounts of the panel", status, value);
      last = value as KubeObject;
      return last.metadata.resourceVersion;
    },
  };
}
