import type { QueueOpener } from '../queue-opener.ts';
import { parseCloudAddress } from '../cloud/address.ts';
import { openKeyStore } from '../cloud/open-key-store.ts';
import { createCloudDriver } from '../cloud/driver.ts';
import { createPubSubService } from './service.ts';

/**
 * Jobs in Google Cloud Pub/Sub: `pubsub://PROJECT/PREFIX`. A topic and a subscription `PREFIX-EFFECT`, and `PREFIX-dead` for dead letters.
 * Credentials are found by the SDK (`GOOGLE_APPLICATION_CREDENTIALS`, the machine's service account); it also reads `PUBSUB_EMULATOR_HOST`.
 */
export const open: QueueOpener = async (url, { onError }) => {
  const rule = {
    example: 'pubsub://my-project/gati',
    place: /^[a-z][a-z0-9.:-]{4,60}[a-z0-9]$/,
    known: ['state'],
  };
  const { place: project, prefix, parameters } = parseCloudAddress(url, rule);
  return createCloudDriver({
    service: await createPubSubService(project, prefix),
    title: 'Google Cloud Pub/Sub',
    prefix,
    nameRule: { plain: /^[\w.~+-]+$/, longest: 255 },
    keyStore: await openKeyStore(parameters),
    onError,
  });
};
