import { PANEL_PATH } from '@gati/contract/internal';

/**
 * The part of the context of Vite DevTools that is used. Vite DevTools calls the hook, so nothing of
 * it is imported, and an app without it loads nothing.
 */
export interface DevtoolsContext {
  docks: { register(entry: Record<string, unknown>): unknown };
  viteConfig?: { devtools?: unknown };
}

/** Group and frame of the docks. The panel announces its pages for this frame. */
const DOCK = 'gati';
/** The dock whose frame the others share. */
const FRAME = 'gati:panel';

const ICON =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#0b62c4"/><path d="M3.5 10.5 6.5 6l2.5 3 3.5-5" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></svg>',
  );

/**
 * Registers the panel in Vite DevTools: a group with a dock for each page, all in one frame.
 *
 * @param logIn returns the token of a login to the panel. Clients of Vite DevTools see the docks
 * only after they have sent its code, so their frame needs no second one. Not called if Vite
 * DevTools trusts every client.
 */
export function registerDocks(
  { docks, viteConfig }: DevtoolsContext,
  logIn: () => string | undefined,
): void {
  const token = hasClientAuth(viteConfig?.devtools) ? logIn() : undefined;
  docks.register({
    id: DOCK,
    type: 'group',
    title: 'Gati',
    icon: ICON,
    category: 'framework',
    // A group of hidden docks alone would be hidden.
    defaultChildId: FRAME,
  });
  docks.register({
    id: FRAME,
    type: 'iframe',
    title: 'Gati',
    icon: ICON,
    // A fragment is in no request, and the panel removes it.
    url: `${PANEL_PATH}/?in=vite-devtools${token === undefined ? '' : `#token=${token}`}`,
    groupId: DOCK,
    frameId: DOCK,
    subTabs: { protocol: 'postmessage' },
    // The docks of the pages replace its button.
    visibility: 'false',
  });
}

/**
 * Whether Vite DevTools requires a code from its clients. Returns `false` if its settings are not
 * known.
 */
function hasClientAuth(devtools: unknown): boolean {
  const { config } = (devtools ?? {}) as { config?: { clientAuth?: unknown } };
  return (
    config !== undefined &&
    (config.clientAuth ?? true) === true &&
    process.env['VITE_DEVTOOLS_DISABLE_CLIENT_AUTH'] !== 'true'
  );
}
