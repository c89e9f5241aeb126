import type { Queues } from './queue-opener.ts';
import { type PackagedQueue, QUEUE_DRIVERS } from './registry.ts';

const LOADERS: Record<PackagedQueue, Queues[string]> = {
  postgres: () => import('./postgres/driver.ts'),
  redis: () => import('./redis/driver.ts'),
  sqs: () => import('./sqs/driver.ts'),
  pubsub: () => import('./pubsub/driver.ts'),
  azurequeue: () => import('./azurequeue/driver.ts'),
};

/**
 * Every driver that is not part of every server, by scheme. Development and commands use it,
 * because they run from `node_modules`. A built server has the drivers that its entry imports.
 */
export const ALL_QUEUES: Queues = Object.fromEntries(
  (Object.keys(LOADERS) as PackagedQueue[]).flatMap((name) =>
    QUEUE_DRIVERS[name].schemes.map((scheme) => [scheme, LOADERS[name]]),
  ),
);
