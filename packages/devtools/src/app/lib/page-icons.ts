/** Outlines of the icons of the pages, by path, in a box of 16 × 16. */
export const OUTLINES: Record<string, string> = {
  '': 'M2.5 8 8 3l5.5 5M4 7v6h8V7',
  topology: 'M6 2.5h4v3H6zM2 10.5h4v3H2zM10 10.5h4v3h-4zM8 5.5V8M4 10.5V8h8v2.5',
  routes: 'M3.5 13V3M3.5 4h7l2 2-2 2h-7M3.5 13h2',
  traces: 'M2.5 4h6M5.5 8h6M8.5 12h5',
  playground: 'M4.5 3v10l8-5z',
  errors: 'M8 2.5 14 13H2zM8 6.5v3M8 11v.5',
  logs: 'M3 3.5h10M3 6.5h10M3 9.5h10M3 12.5h6',
  metrics: 'M2.5 2.5v11h11M5 10l2.5-3 2 1.5L13 5',
  releases: 'M8 2.5 13.5 5v6L8 13.5 2.5 11V5zM2.5 5 8 7.5 13.5 5M8 7.5v6',
  effects: 'M8.5 2 4 9h3.5L7 14l5-7.5H8.5z',
  modules: 'M3 3h4v4H3zM9 3h4v4H9zM3 9h4v4H3zM9 9h4v4H9z',
  scaling: 'M3 13v-3M6.5 13V8M10 13V5.5M13.5 13V3',
  config: 'M3 4.5h10M3 8h10M3 11.5h10M6 3v3M10 6.5v3M5 10v3',
  access: 'M5 7.5V5a3 3 0 0 1 6 0v2.5M3.5 7.5h9v6h-9z',
};

/**
 * Returns the icon of a page for a dock, as a `data:` URL. Its grey is visible on light and dark
 * backgrounds.
 */
export function dockIcon(path: string): string | undefined {
  const outline = OUTLINES[path];
  if (outline === undefined) return undefined;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#7f8792" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round"><path d="${outline}"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
