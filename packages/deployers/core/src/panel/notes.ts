import type { ClusterChange } from '@gati/runtime-h3/telemetry';
import type { Cluster } from '../kube/cluster.ts';
import { pathOf } from '../kube/kinds.ts';
import { panelName } from '../objects/names.ts';
import { type PanelRollback, type PanelScale, RECORD_KEYS } from '../plan/panel-record.ts';
import type { PanelPlace } from './place.ts';

const MANAGER = 'gati-panel';
const TEXT_LIMIT = 1000;

/**
 * Stores the numbers of pods that a user set; `undefined` returns to those of `gati.deploy.yaml`.
 */
export const notePods = (
  cluster: Cluster,
  place: PanelPlace,
  role: string,
  value: PanelScale | undefined,
): Promise<void> => note(cluster, place, RECORD_KEYS.scale + role, value);

/**
 * Stores the release that a user rolled back, so that the next deploy of it needs `--take-over`.
 */
export const noteRollback = (
  cluster: Cluster,
  place: PanelPlace,
  value: PanelRollback | undefined,
): Promise<void> => note(cluster, place, RECORD_KEYS.rolledBack, value);

/** Stores the last change and its result. */
export const noteChange = (
  cluster: Cluster,
  place: PanelPlace,
  { why, ...change }: ClusterChange,
): Promise<void> =>
  note(cluster, place, RECORD_KEYS.change, {
    ...change,
    ...(why !== undefined && { why: why.slice(0, TEXT_LIMIT) }),
  });

async function note(
  cluster: Cluster,
  place: PanelPlace,
  key: string,
  value: object | undefined,
): Promise<void> {
  const { namespace } = place;
  await cluster.call("Can't note the change", {
    method: 'PATCH',
    path: pathOf({ kind: 'ConfigMap', metadata: { name: panelName(place), namespace } }),
    query: { fieldManager: MANAGER },
    contentType: 'application/merge-patch+json',
    body: { data: { [key]: value === undefined ? null : JSON.stringify(value) } },
  });
}
