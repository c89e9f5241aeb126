import type { ClusterModule, ClusterPort } from '../types/cluster.ts';

/**
 * Opens the cluster that the server runs in, if a deploy set it up for the panel. Only then loads
 * the module with the Kubernetes client.
 *
 * @param panel folder of the built panel
 * @throws when the image lacks the module, or the pod has no access to the cluster
 */
export async function openOwnCluster(panel: URL): Promise<ClusterPort | undefined> {
  const place = process.env['GATI_CLUSTER'];
  if (!place) return undefined;
  const module = (await import(
    /* @vite-ignore */ new URL('cluster.mjs', panel).href
  )) as ClusterModule;
  return module.openCluster(place);
}
