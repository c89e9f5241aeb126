import type { QueueOpener } from '../queue-opener.ts';
import { parseCloudAddress } from '../cloud/address.ts';
import { openKeyStore } from '../cloud/open-key-store.ts';
import { createCloudDriver } from '../cloud/driver.ts';
import { createSqsService } from './service.ts';

/**
 * Jobs in Amazon SQS: `sqs://REGION/PREFIX`; without a region the SDK finds it (`AWS_REGION`). Credentials and endpoint are read by the SDK
 * (`AWS_ENDPOINT_URL` …). Standard queues `PREFIX-EFFECT`, and `PREFIX-dead` for dead letters.
 */
export const open: QueueOpener = async (url, { onError }) => {
  const {
    place: region,
    prefix,
    parameters,
  } = parseCloudAddress(url, {
    example: 'sqs://eu-west-1/gati',
    place: /^(?:[a-z]{2}(?:-[a-z]+)+-\d)?$/,
    known: ['state'],
  });
  return createCloudDriver({
    service: await createSqsService(region),
    title: 'Amazon SQS',
    prefix,
    nameRule: { plain: /^[\w-]+$/, longest: 80 },
    keyStore: await openKeyStore(parameters),
    onError,
  });
};
