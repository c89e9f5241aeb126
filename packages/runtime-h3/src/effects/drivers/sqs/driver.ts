import type { QueueOpener } from '../queue-opener.ts';
import { openKeyStore } from '../cloud/open-key-store.ts';
import { createCloudDriver } from '../cloud/driver.ts';
import { parseAddress } from './address.ts';
import { createSqsService } from './service.ts';

/**
 * Opens a queue in Amazon SQS: `sqs://REGION/PREFIX`. Without a region the SDK finds it
 * (`AWS_REGION`). The SDK also reads credentials and endpoint (`AWS_ENDPOINT_URL` …). Uses the
 * standard queues `PREFIX-EFFECT`, and `PREFIX-dead` for dead letters.
 */
export const open: QueueOpener = async (url, { onError }) => {
  const { place: region, prefix, parameters } = parseAddress(url);
  return createCloudDriver({
    service: await createSqsService(region),
    title: 'Amazon SQS',
    prefix,
    nameRule: { plain: /^[\w-]+$/, longest: 80 },
    keyStore: await openKeyStore(parameters),
    onError,
  });
};
