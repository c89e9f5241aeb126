import type { PanelAccess, PanelHost } from '@gati/runtime-h3/telemetry';
import { SETUP_TIME } from '../access/store/links.ts';
import { openAccounts } from './accounts.ts';
import { createSetupUrl, originOf } from './setup-link.ts';

/** Creates a link that makes an owner, for `panel link`. It invalidates earlier links. */
export async function createPanelLink(
  access: PanelAccess,
  cluster?: PanelHost['cluster'],
): Promise<{ url: string; minutes: number }> {
  const { store, shared, close } = await openAccounts(access, cluster);
  const create = async (): Promise<string> => {
    const url = createSetupUrl(store, originOf(access, store));
    await shared?.settle();
    return url;
  };
  try {
    const url = shared ? await shared.run(true, create) : await create();
    return { url, minutes: SETUP_TIME / 60_000 };
  } finally {
    await close();
  }
}
