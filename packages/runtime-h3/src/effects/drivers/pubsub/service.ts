import { GatiError } from '@gati/contract';
import { deadLetterName } from '../cloud/queue-names.ts';
import type { MessageService } from '../cloud/service.ts';
import { CALL, CODE, codeOf, isOutage } from './errors.ts';
import { createPubSubQueue } from './queue.ts';
import { connect } from './connection.ts';

/** The longest that a subscription keeps a message. Seconds. */
const RETENTION = 7 * 24 * 60 * 60;
/** Until the lease that was asked for is told. Seconds. */
const FIRST_DEADLINE = 30;
/** With a policy for dead letters, and only so, a message says how often it was given. This is the largest count. */
const MOST_DELIVERIES = 100;

export async function createPubSubService(
  project: string,
  prefix: string,
): Promise<MessageService> {
  const clients = await connect(project);
  const { publisher, subscriber } = clients;
  const toTopic = (name: string): string => `projects/${project}/topics/${name}`;
  const deadName = deadLetterName(prefix);

  /** Nothing may be published before there is a subscription: it would be gone. */
  const find = async (name: string): Promise<string> => {
    const subscription = `projects/${project}/subscriptions/${name}`;
    try {
      await subscriber.getSubscription({ subscription }, CALL);
      return subscription;
    } catch (error) {
      if (codeOf(error) !== CODE.notFound) throw error;
    }
    await publisher.createTopic({ name: toTopic(name) }, CALL).catch(unlessThere);
    const policy = {
      deadLetterPolicy: {
        deadLetterTopic: toTopic(deadName),
        maxDeliveryAttempts: MOST_DELIVERIES,
      },
    };
    const wanted = {
      name: subscription,
      topic: toTopic(name),
      ackDeadlineSeconds: FIRST_DEADLINE,
      messageRetentionDuration: { seconds: RETENTION },
      // Without this it is gone after 31 days in which nobody asked.
      expirationPolicy: {},
      enableExactlyOnceDelivery: true,
      ...(name !== deadName && policy),
    };
    await subscriber.createSubscription(wanted, CALL).catch(unlessThere);
    return subscription;
  };

  return {
    limits: {
      maxBody: 9_000_000,
      maxDelay: 0,
      maxHide: 600_000,
      maxBatch: 1000,
      approximateDeliveries: true,
      maxWait: 20_000,
    },
    isOutage,
    async open(name) {
      const subscription = await find(name).catch((cause: unknown) => {
        throw isOutage(cause) ? cause : unusableTopicError(name, project, cause);
      });
      return createPubSubQueue(clients, toTopic(name), subscription);
    },
    listNames: async () => undefined,
    async close() {
      await Promise.all([publisher.close(), subscriber.close()]);
    },
  };
}

/** Another process was faster. */
function unlessThere(error: unknown): void {
  if (codeOf(error) !== CODE.alreadyExists) throw error;
}

function unusableTopicError(name: string, project: string, cause: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_EFFECTS_QUEUE',
      message: `The queue "${name}" in Google Cloud Pub/Sub can't be used: ${(cause as Error).message}`,
      fix: `Check the project ${project} and the credentials; they need the role Pub/Sub Editor, or an existing topic and subscription of this name and the roles Publisher, Subscriber and Viewer.`,
    },
    { cause },
  );
}
