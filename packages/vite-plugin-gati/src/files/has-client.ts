import fs from 'node:fs';
import path from 'node:path';
import type { ResolvedConfig } from 'vite';

/** Whether the app has a client: an entry of Vite's client environment, or an index page. */
export function hasClient(config: ResolvedConfig): boolean {
  const input = config.environments['client']?.build.rolldownOptions.input;
  return input !== undefined || hasIndexPage(config.root);
}

/**
 * Returns the path below which the client is served: Vite's `base`. Returns only the path of a URL,
 * and `/` for a relative base, as Vite's development server does.
 */
export function clientBase({ base }: Pick<ResolvedConfig, 'base'>): string {
  if (base === '' || base.startsWith('.')) return '/';
  return URL.canParse(base) ? new URL(base).pathname : base;
}

/** Whether Vite has a page to serve: an `index.html` in the root. */
export function hasIndexPage(root: string): boolean {
  return fs.existsSync(path.join(root, 'index.html'));
}
