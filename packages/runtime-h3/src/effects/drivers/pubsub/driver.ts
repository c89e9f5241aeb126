import type { QueueOpener } from '../queue-opener.ts';
import { openKeyStore } from '../cloud/open-key-store.ts';
import { createCloudDriver } from '../cloud/driver.ts';
import { parseAddress } from './address.ts';
import { createPubSubService } from './service.ts';

/**
 * Opens a queue in Google Cloud Pub/Sub: `pubsub://PROJECT/PREFIX`. Uses a topic and a subscription
 * `PREFIX-EFFECT`, and `PREFIX-dead` for dead letters. The SDK finds the credentials
 * (`GOOGLE_APPLICATION_CREDENTIALS`, the machine's service account) and reads
 * `PUBSUB_EMULATOR_HOST`.
 */
export const open: QueueOpener = async (url, { onError }) => {
  const { place: project, prefix, parameters } = parseAddress(url);
  return createCloudDriver({
    service: await createPubSubService(project, prefix),
    title: 'Google Cloud Pub/Sub',
    prefix,
    nameRule: { plain: /^[\w.~+-]+$/, longest: 255 },
    keyStore: await openKeyStore(parameters),
    onError,
  });
};
