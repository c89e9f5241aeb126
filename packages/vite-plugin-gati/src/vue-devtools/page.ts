/** The parts of a page that are used. Tests and servers have no page. */
interface PageGlobals {
  location?: { origin: string };
  open?(url: string, target: string, features: string): unknown;
}

const globals = globalThis as PageGlobals;

/** Returns the origin of the page: `http://localhost:5173`. */
export const pageOrigin = (): string | undefined => globals.location?.origin;

export const openTab = (url: string): unknown => globals.open?.(url, '_blank', 'noopener');
