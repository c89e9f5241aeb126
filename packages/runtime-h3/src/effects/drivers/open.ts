import { createRequire } from 'node:module';
import { join } from 'node:path';
import { GatiError } from '@gati/contract';
import type { Logger } from '../../types/context.ts';
import type { QueueDriver } from '../../ports.ts';
import { createMemoryDriver } from './memory/driver.ts';

/** What a driver is opened with. */
export interface QueueSettings {
  /** Something failed in the background and is tried again, such as a lost connection. Its message holds no password. */
  onError(error: Error): void;
  /** What failed in the background works again. */
  onBack?(): void;
}

/** Where a server or an app writes of it. */
export function loggedQueueSettings(logger: Logger): QueueSettings {
  return {
    onError: (error) => logger.warn('the queue failed and is tried again', { error }),
    onBack: () => logger.info('the queue answers again'),
  };
}

export type QueueOpener = (url: string, settings: QueueSettings) => Promise<QueueDriver>;

/** By scheme of `GATI_EFFECTS`: a module that is loaded when it is named. */
export type Queues = Record<string, () => Promise<{ open: QueueOpener }>>;

/** Those that every server has. */
const BUILT_IN: Queues = {
  memory: async () => ({ open: async () => createMemoryDriver() }),
  sqlite: () => import('./sqlite/driver.ts'),
};

/** Drivers that a build has only where it names them, since their SDKs are large. */
const CLOUD_SCHEMES = new Set(['sqs', 'pubsub', 'azurequeue']);

/** The queue that `GATI_EFFECTS` names; `memory:` by default. */
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
  if (scheme !== undefined && CLOUD_SCHEMES.has(scheme)) throw driverNotBuiltError(scheme);
  throw new GatiError({
    code: 'GATI_EFFECTS',
    // What follows the scheme may hold a password.
    message: `GATI_EFFECTS names a queue that this server has no driver for: ${scheme === undefined ? 'it has no scheme' : `${scheme}:`}.`,
    fix: `Set it to one of ${Object.keys(known).join(':, ')}:, or remove it.`,
  });
}

function driverNotBuiltError(scheme: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECTS',
    message: `GATI_EFFECTS names a queue at ${scheme}:, and this server was built without its driver.`,
    fix: `Name it in vite.config.ts and build again: gati({ effects: ['${scheme}'] }).`,
  });
}

/**
 * The queue where `GATI_EFFECTS` names none: a file beside what else this process keeps. In memory where nothing is to be kept (tests),
 * and where there is no SQLite: Node before 22.13 without the package `libsql`.
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
