import type { AccessStore } from '../access/store/access-store.ts';
import { readOrigin, type PanelOrigin } from '../access/origin.ts';
import type { PanelAccess } from '@gati/runtime-h3/telemetry';

const PORT = 'port';

/**
 * Returns the addresses under which browsers reach the panel. The command uses the port of the last
 * start.
 */
export function originOf({ origin, port }: PanelAccess, store: AccessStore): PanelOrigin {
  if (port !== undefined) store.setMeta(PORT, String(port));
  return readOrigin(origin, port ?? Number(store.meta(PORT) ?? 3000));
}

export const panelUrl = ({ accepted }: PanelOrigin): string => `${accepted[0]}/_control/`;

/** Creates a link that makes an owner. It invalidates earlier links. */
export const createSetupUrl = (store: AccessStore, origin: PanelOrigin): string =>
  `${panelUrl(origin)}#setup=${store.links.create('setup', 'owner')}`;

/** Whether there is an owner. */
export const isSetUp = ({ people }: AccessStore): boolean =>
  people.list().some(({ role }) => role === 'owner');
