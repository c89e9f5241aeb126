import type { PanelAccess } from '@gati/runtime-h3/telemetry';
import { openAccessStore } from '../access/store/access-store.ts';
import { SETUP_TIME } from '../access/store/links.ts';
import { createSetupUrl, originOf } from './setup-link.ts';

/** Creates a link that makes an owner, for `panel link`. It invalidates earlier links. */
export function createPanelLink(access: PanelAccess): { url: string; minutes: number } {
  const store = openAccessStore(access.file);
  try {
    const url = createSetupUrl(store, originOf(access, store));
    return { url, minutes: SETUP_TIME / 60_000 };
  } finally {
    store.close();
  }
}
