import { reactive, watch } from 'vue';
import { access } from '../lib/access.ts';
import type { Credentials } from './auth.ts';

/**
 * Values that must not leave the tab: variables with secrets or captured values, credentials, and
 * cookies. In development they survive a reload (`sessionStorage`). In production the app's pages
 * have the same origin as the panel, so they are in memory only.
 */
export interface TabSession {
  /** Values of variables; they override those of the environment. */
  variables: Record<string, string>;
  credentials: Credentials & Record<string, string>;
  cookies: Record<string, string>;
}

const KEY = 'gati-playground-session';
const EMPTY: TabSession = { variables: {}, credentials: {}, cookies: {} };

/** The session of this tab. */
export const session: TabSession = reactive({ ...EMPTY, ...load() });

const mayStore = (): boolean => access.value?.mode === 'development';

function load(): Partial<TabSession> {
  try {
    return mayStore() ? (JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as TabSession) : {};
  } catch {
    return {};
  }
}

watch(session, (value) => {
  if (mayStore()) sessionStorage.setItem(KEY, JSON.stringify(value));
});
