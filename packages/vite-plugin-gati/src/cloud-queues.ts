/** Schemes of `GATI_EFFECTS` whose drivers are built in where they are named, and the SDK that each needs among the app's packages. */
export const CLOUD_QUEUES = {
  sqs: '@aws-sdk/client-sqs',
  pubsub: '@google-cloud/pubsub',
  azurequeue: '@azure/storage-queue',
} as const;

export type CloudQueue = keyof typeof CLOUD_QUEUES;
