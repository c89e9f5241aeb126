import type { Queues } from './open.ts';

/** Every driver: for development and commands, which run from `node_modules`. A built server has those that its entry names. */
export const ALL_QUEUES: Queues = {
  postgres: () => import('./postgres/driver.ts'),
  postgresql: () => import('./postgres/driver.ts'),
  redis: () => import('./redis/driver.ts'),
  rediss: () => import('./redis/driver.ts'),
  sqs: () => import('./sqs/driver.ts'),
  azurequeue: () => import('./azurequeue/driver.ts'),
  pubsub: () => import('./pubsub/driver.ts'),
};
