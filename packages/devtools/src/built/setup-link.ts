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
  setupUrl(origin, store.links.create('setup', 'owner'));

const setupUrl = (origin: PanelOrigin, secret: string): string =>
  `${panelUrl(origin)}#setup=${secret}`;

/**
 * Returns the link with which the first owner sets up the panel; `undefined` once an owner exists.
 * Processes that share the accounts return the same link, so every log contains a valid one.
 */
export async function createFirstLink(
  { store, shared }: Accounts,
  origin: PanelOrigin,
): Promise<string | undefined> {
  if (!shared) return isSetUp(store) ? undefined : createSetupUrl(store, origin);
  return await shared.run(true, async () => {
    if (isSetUp(store)) return undefined;
    const { links, challenges } = store;
    const secretOf = (id: string): string => challenges.derive(`setup ${id}`).toString('base64url');
    const open = links.setup();
    const secret = open ? secretOf(open.id) : links.create('setup', 'owner', secretOf);
    await shared.settle();
    // A link that `panel link` made has another secret.
    return links.find(secret) && setupUrl(origin, secret);
  });
}

/** Whether there is an owner. */
const isSetUp = ({ people }: AccessStore): boolean =>
  people.list().some(({ role }) => role === 'owner');
