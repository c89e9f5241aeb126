/** The module `panel.mjs` of a built server: see `PanelModule`. */
export { openPanel } from './open-panel.ts';
export { createPanelLink } from './panel-link.ts';
