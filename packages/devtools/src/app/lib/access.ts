import { computed, shallowRef } from 'vue';
import type { AccessStatus } from '../../api/access.ts';
import { fetchJson, onLoginRequired } from './api.ts';

/** Rights of this browser. Unknown until the server has responded. */
export const access = shallowRef<AccessStatus>();

/**
 * Whether the page offers actions. In development it asks for the code of the terminal where one is
 * needed; in production the role decides.
 */
export const mayAct = computed(
  () => access.value?.canAct === true || access.value?.mode === 'development',
);

/** Whether the audit log is shown, which needs the role operator in production. */
export const seesAudit = computed(() => {
  const { mode, actor } = access.value ?? {};
  return mode === 'development' || (actor?.kind === 'person' && actor.role !== 'viewer');
});

/** A link that creates an account, from the fragment of the address. */
export interface JoinLink {
  kind: 'setup' | 'invite';
  secret: string;
}

/**
 * The link of this visit. Its secret is removed from the address, so that no history contains it.
 */
export const joinLink = shallowRef<JoinLink | undefined>(takeJoinLink());

// A link that is opened in a tab with the panel loads no page.
addEventListener('hashchange', () => (joinLink.value = takeJoinLink() ?? joinLink.value));

function takeJoinLink(): JoinLink | undefined {
  const [, kind, secret] = /^#(setup|invite)=([\w-]{43})$/.exec(location.hash) ?? [];
  if (kind === undefined || secret === undefined) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return { kind: kind as JoinLink['kind'], secret };
}

/**
 * Requests the rights of this browser from the server. If the server does not respond, the pages
 * report it.
 */
export async function loadAccess(): Promise<void> {
  access.value = await fetchJson<AccessStatus>('access/status').catch(() => access.value);
}

onLoginRequired(() => {
  const { mode } = access.value ?? { mode: 'production' as const };
  access.value = { mode, canRead: false, canAct: false };
});
