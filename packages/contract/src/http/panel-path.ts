/** The path of the panel. It and all paths below it are reserved. */
export const PANEL_PATH: string = '/_control';

/** Whether a path without a query is reserved for the panel. */
export const isPanelPath = (path: string): boolean =>
  path === PANEL_PATH || path.startsWith(`${PANEL_PATH}/`);
