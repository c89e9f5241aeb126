import { GatiError } from '@gati/contract';
import type { QueueDriver } from '../ports.ts';
import { createMemoryDriver } from './drivers/memory.ts';

/** The queue that `GATI_EFFECTS` names: `memory:`, which is the default. */
export async function openQueue(url: string | undefined): Promise<QueueDriver> {
  if (url === undefined || url === '' || url === 'memory:') return createMemoryDriver();
  throw new GatiError({
    code: 'GATI_EFFECTS',
    level: 'error',
    // What follows the scheme may hold a password.
    message: `GATI_EFFECTS names a queue that this version has no driver for: ${/^[a-z+]+:/.exec(url)?.[0] ?? 'it has no scheme'}.`,
    fix: 'Set GATI_EFFECTS=memory: or remove it.',
  });
}
