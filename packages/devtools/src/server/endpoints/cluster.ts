import type { ClusterState } from '../../api/cluster.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { withGatiErrors } from '../gati-error.ts';

/** The pods and the revisions of the app in its cluster, read now. */
export const cluster: Endpoint = defineEndpoint(
  'cluster',
  [],
  async ({ ports }): Promise<ClusterState> => {
    const { cluster: port } = ports;
    return port ? { cluster: await withGatiErrors(() => port.report()) } : {};
  },
);
