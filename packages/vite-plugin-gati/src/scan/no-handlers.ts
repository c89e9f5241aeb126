import fs from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '@gati/contract';
import { EFFECTS, HANDLERS, MODULES } from './layout.ts';

/**
 * Finds a root without any of an app's folders, which is probably the wrong root. `level` is a
 * warning where the user may still write the first handler, and an error where Gati would write
 * files for the app.
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
