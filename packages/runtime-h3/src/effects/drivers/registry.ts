interface QueueDriverFacts {
  /** Schemes of `GATI_EFFECTS` that choose this driver. */
  schemes: readonly string[];
  /** Entry of `@gati/runtime-h3` that exports `open`. Absent: part of every server. */
  entry?: string;
  /** A cloud queue: bundled only where `gati({ effects })` names it, since its SDK is large. */
  cloud?: {
    /** Package that the app installs. */
    sdk: string;
  };
}

/**
 * The queue drivers, by their folder in `effects/drivers`. It holds plain facts and loads no
 * driver. Other lists of drivers, schemes, entries or SDKs derive from this table or are compared
 * with it. Types compare the loaders in `all-queues.ts` and `open.ts`. A test compares
 * `package.json`, `tsdown.config.ts` and `budgets.json`.
 */
export const QUEUE_DRIVERS = {
  memory: { schemes: ['memory'] },
  sqlite: { schemes: ['sqlite'] },
  postgres: { schemes: ['postgres', 'postgresql'], entry: 'effects/postgres' },
  redis: { schemes: ['redis', 'rediss'], entry: 'effects/redis' },
  sqs: { schemes: ['sqs'], entry: 'effects/sqs', cloud: { sdk: '@aws-sdk/client-sqs' } },
  pubsub: {
    schemes: ['pubsub'],
    entry: 'effects/pubsub',
    cloud: { sdk: '@google-cloud/pubsub' },
  },
  azurequeue: {
    schemes: ['azurequeue'],
    entry: 'effects/azurequeue',
    cloud: { sdk: '@azure/storage-queue' },
  },
} as const;

type Registry = typeof QUEUE_DRIVERS;
type DriversWith<Fact> = {
  [Name in keyof Registry]: Registry[Name] extends Fact ? Name : never;
}[keyof Registry];

/** Drivers that are part of every server. */
export type BuiltInQueue = Exclude<keyof Registry, PackagedQueue>;
/** Drivers with their own package entry. */
export type PackagedQueue = DriversWith<{ entry: string }>;
/** Cloud queues, as `gati({ effects })` names them. */
export type CloudQueue = DriversWith<{ cloud: object }>;

const facts: Record<string, QueueDriverFacts> = QUEUE_DRIVERS;

/** Names of the cloud queues. */
export const CLOUD_QUEUES: readonly CloudQueue[] = Object.keys(facts).filter(
  (name) => facts[name]!.cloud,
) as CloudQueue[];

/** The cloud queue that has this scheme. */
export function cloudQueueOf(scheme: string): CloudQueue | undefined {
  return CLOUD_QUEUES.find((name) => facts[name]!.schemes.includes(scheme));
}

/** Package with the SDK of a cloud queue. */
export function sdkOf(name: CloudQueue): string {
  return QUEUE_DRIVERS[name].cloud.sdk;
}

/**
 * Schemes and package entries of the drivers that a build bundles: those without a cloud SDK, since
 * `GATI_EFFECTS` is read when the server starts, then the given cloud queues.
 */
export function bundledQueues(cloudQueues: readonly CloudQueue[]): [string, string][] {
  const always = Object.keys(facts).filter((name) => !facts[name]!.cloud);
  return [...always, ...cloudQueues].flatMap((name) => {
    const { schemes, entry } = facts[name]!;
    return entry === undefined ? [] : schemes.map((scheme): [string, string] => [scheme, entry]);
  });
}
