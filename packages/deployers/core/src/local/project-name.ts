import { createHash } from 'node:crypto';
import fs from 'node:fs';

/**
 * Returns the name of the Compose project of an app in a folder. Another checkout of the same app
 * gets another name, so that its containers and volumes are separate.
 */
export function projectName(app: string, root: string): string {
  const digest = createHash('sha256').update(fs.realpathSync(root)).digest('hex').slice(0, 8);
  return `gati-${app}-${digest}`;
}
