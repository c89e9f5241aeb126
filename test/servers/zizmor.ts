import path from 'node:path';
import type { Missing } from './process.ts';
import { installPython } from './python.ts';

const VERSION = '1.32.0';

/** Returns the path of zizmor, which checks workflows. Installs it once into `.cache`. */
export function findZizmor(): string | Missing {
  const folder = installPython(`zizmor-${VERSION}`, [`zizmor==${VERSION}`]);
  return typeof folder === 'string' ? path.join(folder, 'bin/zizmor') : folder;
}
