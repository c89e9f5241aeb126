import type { QueueOpener } from '../queue-opener.ts';
import { parseCloudAddress } from '../cloud/address.ts';
import { openKeyStore } from '../cloud/open-key-store.ts';
import { createCloudDriver } from '../cloud/driver.ts';
import { createAzureService } from './service.ts';

/**
 * Jobs in Azure Storage queues: `azurequeue://ACCOUNT/PREFIX`. Queues `PREFIX-EFFECT`, and `PREFIX-dead` for dead letters.
 * Credentials are read from `AZURE_STORAGE_CONNECTION_STRING`, `AZURE_STORAGE_KEY` or `AZURE_STORAGE_SAS_TOKEN`, else `@azure/identity` finds them.
 */
export const open: QueueOpener = async (url, { onError }) => {
  const {
    place: account,
    prefix,
    parameters,
  } = parseCloudAddress(url, {
    example: 'azurequeue://myaccount/gati',
    place: /^[a-z0-9]{3,24}$/,
    known: ['state'],
  });
  return createCloudDriver({
    service: await createAzureService(account),
    title: 'Azure Storage',
    prefix,
    nameRule: { plain: /^[a-z0-9]+(?:-[a-z0-9]+)*$/, longest: 63 },
    keyStore: await openKeyStore(parameters),
    onError,
  });
};
