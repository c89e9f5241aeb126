import { shallowRef } from 'vue';
import type { AccessStatus } from '../../api/access.ts';
import { fetchJson, onLoginRequired } from './api.ts';

/** What this browser may do. Unknown until the server has said it. */
export const access = shallowRef<AccessStatus>();

/** A link that makes an account, from the fragment of the address. */
export interface JoinLink {
  kind: 'setup' | 'invite';
  secret: string;
}

/** The link of this visit. Its secret leaves the address, so that no history keeps it. */
export const joinLink = shallowRef<JoinLink | undefined>(takeJoinLink());

// A link that is opened in a tab with the panel loads no page.
addEventListener('hashchange', () => (joinLink.value = takeJoinLink() ?? joinLink.value));

function takeJoinLink(): JoinLink | undefined {
  const [, kind, secret] = /^#(setup|invite)=([\w-]{43})$/.exec(location.hash) ?? [];
  if (kind === undefined || secret === undefined) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return { kind: kind as JoinLink['kind'], secret };
}

/** Asks the server what this browser may do. Offline, the pages say so themselves. */
export async function loadAccess(): Promise<void> {
  access.value = await fetchJson<AccessStatus>('access/status').catch(() => access.value);
}

onLoginRequired(() => {
  const { mode } = access.value ?? { mode: 'production' as const };
  access.value = { mode, canRead: false, canAct: false };
});
