import type { AccessStore } from '../access/store/access-store.ts';
import { readOrigin, type PanelOrigin } from '../access/origin.ts';
import type { Accounts } from './accounts.ts';
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

/**
 * Creates the link with which the first owner sets the panel up; `undefined` once that is done, or if
 * another process has a valid link.
 */
export async function createFirstLink(
  { store, shared }: Accounts,
  origin: PanelOrigin,
): Promise<string | undefined> {
  const create = async (): Promise<string | undefined> => {
    if (isSetUp(store) || (shared && store.links.hasSetup())) return undefined;
    const url = createSetupUrl(store, origin);
    await shared?.settle();
    return url;
  };
  if (!shared) return await create();
  try {
    return await shared.run(true, create);
  } catch (error) {
    // Another process has made a link at the same time.
    if (store.links.hasSetup()) return undefined;
    throw error;
  }
}

/** Whether there is an owner. */
const isSetUp = ({ people }: AccessStore): boolean =>
  people.list().some(({ role }) => role === 'owner');
