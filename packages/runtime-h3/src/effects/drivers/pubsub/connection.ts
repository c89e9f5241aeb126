import type { v1 } from '@google-cloud/pubsub';
import { missingPackageError } from '../cloud/missing-package.ts';

export interface PubSubClients {
  publisher: v1.PublisherClient;
  subscriber: v1.SubscriberClient;
}

/**
 * Creates the generated clients. The higher-level clients of the SDK buffer messages and extend
 * leases by their own rules.
 */
export async function connect(projectId: string): Promise<PubSubClients> {
  const { PubSub, v1 } = await importSdk();
  // The types of the SDK disagree about the port.
  const config = (await new PubSub({ projectId }).getClientConfig()) as ConstructorParameters<
    typeof v1.PublisherClient
  >[0];
  return { publisher: new v1.PublisherClient(config), subscriber: new v1.SubscriberClient(config) };
}

async function importSdk(): Promise<typeof import('@google-cloud/pubsub')> {
  // The `try` makes bundlers treat a missing package as optional.
  try {
    return await import('@google-cloud/pubsub');
  } catch (cause) {
    throw missingPackageError('A queue at pubsub://', '@google-cloud/pubsub', cause);
  }
}
