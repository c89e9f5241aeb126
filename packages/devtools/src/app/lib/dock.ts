import type { Router } from 'vue-router';
import { PAGES } from '../../api/pages.ts';
import { dockIcon } from './page-icons.ts';
import { keptQuery } from './range.ts';

// Relies on: Vite DevTools 0.7 and 0.8 show the pages of a frame as docks with this protocol, which
// the package `devframe` defines.
const CHANNEL = 'devframe:frame-nav';
const VERSION = 1;
/** The `frameId` with which `vite-plugin-gati` registers the panel. */
const FRAME = 'gati';

interface HostMessage {
  channel: typeof CHANNEL;
  v: typeof VERSION;
  frameId: typeof FRAME;
  from: 'host';
  type: string;
  tabId?: unknown;
}

/** Query of the address that `vite-plugin-gati` registers, and name of the frame once it is open. */
const MARK = 'vite-devtools';

/**
 * Announces the pages to the Vite DevTools around the panel, and follows the docks that the user
 * selects. Messages of other windows and origins are ignored.
 *
 * @param onDocked called if Vite DevTools shows the frame, and so the navigation
 */
export function joinDock(router: Router, onDocked: () => void): void {
  // The name of a frame outlasts its reload, the query does not.
  if (new URLSearchParams(window.location.search).get('in') === MARK) window.name = MARK;
  if (window.name === MARK) onDocked();
  const { parent, origin } = window;
  const send = (message: object): void =>
    parent.postMessage(
      { channel: CHANNEL, v: VERSION, frameId: FRAME, from: 'frame', ...message },
      origin,
    );
  const current = (): string => tabOf(router.currentRoute.value.path);
  const announce = (): void => send({ type: 'ready', tabs: TABS, current: current() });
  addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source !== parent || event.origin !== origin || !isFromHost(event.data)) return;
    const { type, tabId } = event.data;
    if (type === 'hello') announce();
    const page = type === 'navigate' ? PAGES.find(({ path }) => idOf(path) === tabId) : undefined;
    if (page && idOf(page.path) !== current())
      void router.push({
        path: `/${page.path}`,
        query: keptQuery(router.currentRoute.value.query),
      });
  });
  router.afterEach(() => send({ type: 'navigated', tabId: current() }));
  announce();
}

const idOf = (path: string): string => path || 'overview';

const tabOf = (path: string): string => idOf(path.split('/')[1] ?? '');

const TABS: object[] = PAGES.map(({ path, title }, order) => ({
  id: idOf(path),
  title,
  order,
  icon: dockIcon(path),
  navTarget: { path: `/${path}` },
  fallbackUrl: `/_control/${path}`,
}));

function isFromHost(data: unknown): data is HostMessage {
  const message = (typeof data === 'object' ? data : {}) as Partial<HostMessage> | null;
  return (
    message?.channel === CHANNEL &&
    message.v === VERSION &&
    message.frameId === FRAME &&
    message.from === 'host'
  );
}
