import fs from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '@gati/contract';
import { EFFECTS, HANDLERS, MODULES } from './layout.ts';

/**
 * Finds a folder without any of an app's folders: it is probably the wrong one. A warning where the
 * first handler may still be written, an error where files would be written for it.
 */
export function noHandlers(root: string, level: Diagnostic['level'] = 'warning'): Diagnostic[] {
  if ([HANDLERS, EFFECTS, MODULES].some((folder) => fs.existsSync(path.join(root, folder))))
    return [];
  return [
    {
      code: 'GATI_NO_HANDLERS',
      level,
      message: `There is no ${HANDLERS}, ${EFFECTS} or ${MODULES} in ${root}.`,
      fix: `Name the folder of the app with \`--root\`, or write the first handler into ${HANDLERS}.`,
    },
  ];
}
