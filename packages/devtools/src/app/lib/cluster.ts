import { useRoute } from 'vue-router';
import type { ClusterState } from '../../api/cluster.ts';
import { type Resource, useResource } from './resource.ts';

/** Loads the cluster of the app for a page. If there is one, reloads it at intervals. */
export function useCluster(page: string): Resource<ClusterState> {
  const route = useRoute();
  const resource: Resource<ClusterState> = useResource<ClusterState>(
    () => (route.name === page ? 'cluster' : undefined),
    { isLive: () => resource.data.value?.cluster !== undefined },
  );
  return resource;
}

/** `2` or `2 to 5`: the number of pods. */
export const printPods = ({ min, max }: { min: number; max: number }): string =>
  min === max ? String(min) : `${min} to ${max}`;
