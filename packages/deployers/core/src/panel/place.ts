import { isObject } from '@gati/contract/data';
import type { Settings } from '../config/settings.ts';
import type { Cluster } from '../kube/cluster.ts';
import { setName } from '../objects/identity.ts';
import { SETTINGS_KEY } from '../objects/panel-objects.ts';
import type { Target } from '../objects/target.ts';
import { findObject, type LiveState, readLiveState } from '../plan/live-state.ts';
import { withPanelScale } from '../plan/panel-record.ts';
import { changeError } from './change-error.ts';

/** The app of a panel in its cluster. */
export type PanelPlace = Pick<Target, 'app' | 'environment' | 'namespace'>;

/** The app with its settings and objects. */
export interface PlacedApp {
  /** Target with the numbers of pods that users set. `configured` is always present. */
  target: Target;
  state: LiveState;
}

/** Parses `NAMESPACE/APP/ENVIRONMENT`. @throws {GatiError} GATI_OPERATE */
export function parsePlace(text: string): PanelPlace {
  const [namespace = '', app = '', environment = '', ...rest] = text.split('/');
  const isName = (name: string): boolean => /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name);
  if (rest.length > 0 || ![namespace, app, environment].every(isName))
    throw changeError('GATI_CLUSTER is not NAMESPACE/APP/ENVIRONMENT');
  return { namespace, app, environment };
}

/** Reads the objects of the app, and the settings of its last deploy. */
export async function readPlaced(cluster: Cluster, place: PanelPlace): Promise<PlacedApp> {
  const state = await readLiveState(cluster, { ...place, settings: {} });
  const metadata = { name: setName({ ...place, settings: {} }) };
  const set = findObject(state, { kind: 'ConfigMap', metadata });
  const data = isObject(set?.['data']) ? set['data'] : {};
  const text = data[SETTINGS_KEY];
  if (typeof text !== 'string')
    throw changeError(`the ConfigMap ${metadata.name} has no settings; deploy the app again`);
  const settings = JSON.parse(text) as Settings;
  return { ...withPanelScale({ ...place, settings }, state), state };
}
