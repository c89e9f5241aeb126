import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Mount point of the volume in the image. */
const VOLUME = '/data';

/** Returns the folder for data that outlives the process, or `undefined` in tests. */
export function dataFolder(
  mode: 'development' | 'production' | 'test',
  volume: string = VOLUME,
): string | undefined {
  if (mode === 'test') return undefined;
  return mode === 'production' && existsSync(volume) ? volume : join(process.cwd(), '.gati');
}
