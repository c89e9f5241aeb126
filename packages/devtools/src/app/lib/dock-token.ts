import { keepToken } from './api.ts';

/**
 * Takes the token of the login from the address of a frame in Vite DevTools. A page outside of a
 * frame takes none, so that a link can't log a user in.
 */
export function takeToken(): void {
  const token = /^#token=([\w-]{10,100})$/.exec(location.hash)?.[1];
  if (token === undefined) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  if (window !== window.parent) keepToken(token);
}
