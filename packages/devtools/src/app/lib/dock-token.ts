import { keepToken } from './api.ts';

/**
 * Takes the token of the login from the address of a frame in Vite DevTools. A page of its own takes
 * none, so that a link can't log anybody in.
 */
export function takeToken(): void {
  const token = /^#token=([\w-]{10,100})$/.exec(location.hash)?.[1];
  if (token === undefined) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  if (window !== window.parent) keepToken(token);
}
