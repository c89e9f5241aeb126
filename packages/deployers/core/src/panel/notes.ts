import type { ClusterChange } from '@gati/runtime-h3/telemetry';
import type { Cluster } from '../kube/cluster.ts';
import { pathOf } from '../kube/kinds.ts';
import { panelName } from '../objects/names.ts';
import { type PanelRollback, type PanelScale, RECORD_KEYS } from '../plan/panel-record.ts';
import type { PanelPlace } from './place.ts';

const MANAGER = 'gati-panel';
const TEXT_LIMIT = 1000;

/** Notes numbers of pods that a person set; `undefined` returns to `gati.deploy.yaml`. */
export const notePods = (
  cluster: Cluster,
  place: PanelPlace,
  role: string,
  value: PanelScale | undefined,
): Promise<void> => note(cluster, place, RECORD_KEYS.scale + role, value);

/** Notes the release that a person rolled back, so that the next deploy asks before it returns. */
export const noteRollback = (
  cluster: Cluster,
  place: PanelPlace,
  value: PanelRollback | undefined,
): Promise<void> => note(cluster, place, RECORD_KEYS.rolledBack, value);

/** Notes the last change, and how it ended. */
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
