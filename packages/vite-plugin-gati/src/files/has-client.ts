import fs from 'node:fs';
import path from 'node:path';
import type { ResolvedConfig } from 'vite';

/** Whether the app has a client: an entry of Vite's client environment, or an index page. */
export function hasClient(config: ResolvedConfig): boolean {
  const input = config.environments['client']?.build.rolldownOptions.input;
  return input !== undefined || hasIndexPage(config.root);
}

/** Whether Vite has a page to serve: an `index.html` in the root. */
export function hasIndexPage(root: string): boolean {
  return fs.existsSync(path.join(root, 'index.html'));
}
