import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The volume of the image. */
const VOLUME = '/data';

/** Where this process keeps what must outlive it. `undefined`: nothing does (tests). */
export function dataFolder(
  mode: 'development' | 'production' | 'test',
  volume: string = VOLUME,
): string | undefined {
  if (mode === 'test') return undefined;
  return mode === 'production' && existsSync(volume) ? volume : join(process.cwd(), '.gati');
}
