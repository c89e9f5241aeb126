import type { AccessStore } from '../access/store/access-store.ts';
import { readOrigin, type PanelOrigin } from '../access/origin.ts';
import type { PanelAccess } from '@gati/runtime-h3/telemetry';

const PORT = 'port';

/** Returns how browsers reach the panel. The port of the last start counts for the command. */
export function originOf({ origin, port }: PanelAccess, store: AccessStore): PanelOrigin {
  if (port !== undefined) store.setMeta(PORT, String(port));
  return readOrigin(origin, port ?? Number(store.meta(PORT) ?? 3000));
}

export const panelUrl = ({ accepted }: PanelOrigin): string => `${accepted[0]}/_control/`;

/** Makes a link that makes an owner. It ends those before it. */
export const createSetupUrl = (store: AccessStore, origin: PanelOrigin): string =>
  `${panelUrl(origin)}#setup=${store.links.create('setup', 'owner')}`;

/** Whether there is an owner. */
export const isSetUp = ({ people }: AccessStore): boolean =>
  people.list().some(({ role }) => role === 'owner');
