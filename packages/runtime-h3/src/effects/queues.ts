import type { Queues } from './open.ts';

/** Every driver: for development and commands, which run from `node_modules`. A built server has those that its entry names. */
export const QUEUES: Queues = {
  postgres: () => import('./drivers/postgres/index.ts'),
  postgresql: () => import('./drivers/postgres/index.ts'),
  redis: () => import('./drivers/redis/index.ts'),
  rediss: () => import('./drivers/redis/index.ts'),
  sqs: () => import('./drivers/sqs/index.ts'),
  azurequeue: () => import('./drivers/azurequeue/index.ts'),
  pubsub: () => import('./drivers/pubsub/index.ts'),
};
