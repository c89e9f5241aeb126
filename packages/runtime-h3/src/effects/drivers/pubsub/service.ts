import { GatiError } from '@gati/contract';
import { deadLetterName } from '../cloud/queue-names.ts';
import type { MessageService } from '../cloud/service.ts';
import { CALL, CODE, codeOf, isOutage } from './errors.ts';
import { createPubSubQueue } from './queue.ts';
import { connect } from './connection.ts';

/** Seconds for which a subscription keeps a message: 7 days. */
const RETENTION = 7 * 24 * 60 * 60;
/** Ack deadline until the receiver has set the lease. Seconds. */
const FIRST_DEADLINE = 30;
/**
 * Pub/Sub reports the delivery count of a message only with a dead-letter policy. This is the
 * largest value that it allows.
 */
const MAX_DELIVERIES = 100;

export async function createPubSubService(
  project: string,
  prefix: string,
): Promise<MessageService> {
  const clients = await connect(project);
  const { publisher, subscriber } = clients;
  const toTopic = (name: string): string => `projects/${project}/topics/${name}`;
  const deadName = deadLetterName(prefix);

  /**
   * Creates topic and subscription together: a message published before its subscription exists is
   * lost.
   */
  const findOrCreate = async (name: string): Promise<string> => {
    const subscription = `projects/${project}/subscriptions/${name}`;
    try {
      await subscriber.getSubscription({ subscription }, CALL);
      return subscription;
    } catch (error) {
      if (codeOf(error) !== CODE.notFound) throw error;
    }
    await publisher.createTopic({ name: toTopic(name) }, CALL).catch(unlessExists);
    const policy = {
      deadLetterPolicy: {
        deadLetterTopic: toTopic(deadName),
        maxDeliveryAttempts: MAX_DELIVERIES,
      },
    };
    const request = {
      name: subscription,
      topic: toTopic(name),
      ackDeadlineSeconds: FIRST_DEADLINE,
      messageRetentionDuration: { seconds: RETENTION },
      // Without this the subscription is deleted after 31 days without a call.
      expirationPolicy: {},
      enableExactlyOnceDelivery: true,
      ...(name !== deadName && policy),
    };
    await subscriber.createSubscription(request, CALL).catch(unlessExists);
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
      const subscription = await findOrCreate(name).catch((cause: unknown) => {
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

/** Ignores that another process has created it. */
function unlessExists(error: unknown): void {
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
