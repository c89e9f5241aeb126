import { createRequire } from 'node:module';
import { join } from 'node:path';
import { GatiError } from '@gati/contract';
import type { Logger } from '../../types/context.ts';
import type { QueueDriver } from '../../ports.ts';
import { open } from './memory/driver.ts';
import type { Queues, QueueSettings } from './queue-opener.ts';
import { type BuiltInQueue, cloudQueueOf } from './registry.ts';

/** Returns callbacks that log outages of the queue. */
export function loggedQueueSettings(logger: Logger): QueueSettings {
  return {
    onError: (error) => logger.warn('the queue failed; Gati tries again', { error }),
    onBack: () => logger.info('the queue responds again'),
  };
}

const BUILT_IN: Record<BuiltInQueue, Queues[string]> = {
  memory: async () => ({ open }),
  sqlite: () => import('./sqlite/driver.ts'),
};

/**
 * Opens the queue at `url`, the value of `GATI_EFFECTS`; `memory:` by default. `queues`: drivers in
 * addition to those of every server.
 *
 * @throws {GatiError} GATI_EFFECTS when there is no driver for the URL
 */
export async function openQueue(
  url: string | undefined,
  queues: Queues = {},
  settings: QueueSettings = { onError: () => {} },
): Promise<QueueDriver> {
  const address = url || 'memory:';
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(address)?.[1]?.toLowerCase();
  const known: Queues = { ...BUILT_IN, ...queues };
  const load = scheme !== undefined && Object.hasOwn(known, scheme) ? known[scheme] : undefined;
  if (load) return (await load()).open(address, settings);
  const cloudQueue = scheme === undefined ? undefined : cloudQueueOf(scheme);
  if (cloudQueue) throw driverNotBuiltError(cloudQueue);
  throw new GatiError({
    code: 'GATI_EFFECTS',
    // The rest of the URL may contain a password.
    message: `GATI_EFFECTS names a queue for which this server has no driver: ${scheme === undefined ? 'it has no scheme' : `${scheme}:`}.`,
    fix: `Set it to one of ${Object.keys(known).join(':, ')}:, or remove it.`,
  });
}

function driverNotBuiltError(name: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECTS',
    message: `GATI_EFFECTS names a queue at ${name}:, but this server was built without that driver.`,
    fix: `Add it in vite.config.ts and build again: gati({ effects: ['${name}'] }).`,
  });
}

/**
 * Returns the URL of the queue if `GATI_EFFECTS` is not set: a SQLite file in `folder`. The queue
 * is in memory without a folder (tests) or without SQLite (Node before 22.13 without the package
 * `libsql`).
 */
export function defaultQueueUrl(folder: string | undefined): string {
  return folder === undefined || !hasSqlite() ? 'memory:' : `sqlite:${join(folder, 'effects.db')}`;
}

function hasSqlite(): boolean {
  if (process.getBuiltinModule?.('node:sqlite')) return true;
  try {
    createRequire(join(process.cwd(), 'package.json')).resolve('libsql');
    return true;
  } catch {
    return false;
  }
}
