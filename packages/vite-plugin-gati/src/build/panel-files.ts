import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ResolvedOptions } from '../options.ts';

/** Folder of the panel below that of the server. */
export const PANEL_DIR = 'panel';

const NAME = '@gati/devtools/package.json';

/**
 * Returns the folder with the built files of the panel, or `undefined` if the app has none: the
 * option is off or the package is not installed.
 */
export function findPanel({ panel }: Pick<ResolvedOptions, 'panel'>): string | undefined {
  if (!panel) return undefined;
  let dist: string;
  try {
    dist = path.join(path.dirname(createRequire(import.meta.url).resolve(NAME)), 'dist');
  } catch {
    return undefined;
  }
  return fs.existsSync(path.join(dist, 'built/panel.mjs')) ? dist : undefined;
}

/**
 * Copies the panel beside the server, which reads the files when they are requested.
 *
 * @param dist of {@link findPanel}
 * @param folder of the server
 * @param facts of the app, as the panel shows them
 */
export function writePanel(dist: string, folder: string, facts: object): void {
  const target = path.join(folder, PANEL_DIR);
  fs.cpSync(path.join(dist, 'built'), target, { recursive: true });
  fs.cpSync(path.join(dist, 'app'), path.join(target, 'app'), {
    recursive: true,
    filter: (file) => !/(?:^|[\\/])(?:\.digest|manifest\.json)$/.test(file),
  });
  fs.writeFileSync(path.join(target, 'app.json'), `${JSON.stringify(facts)}\n`);
}
