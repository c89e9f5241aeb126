import type { QueueOpener } from '../queue-opener.ts';
import { openKeyStore } from '../cloud/open-key-store.ts';
import { createCloudDriver } from '../cloud/driver.ts';
import { parseAddress } from './address.ts';
import { createAzureService } from './service.ts';

/**
 * Opens a queue in Azure Storage: `azurequeue://ACCOUNT/PREFIX`. Uses the queues `PREFIX-EFFECT`,
 * and `PREFIX-dead` for dead letters. Credentials come from `AZURE_STORAGE_CONNECTION_STRING`,
 * `AZURE_STORAGE_KEY` or `AZURE_STORAGE_SAS_TOKEN`. Without these variables, `@azure/identity`
 * finds the credentials.
 */
export const open: QueueOpener = async (url, { onError }) => {
  const { place: account, prefix, parameters } = parseAddress(url);
  return createCloudDriver({
    service: await createAzureService(account),
    title: 'Azure Storage',
    prefix,
    nameRule: { plain: /^[a-z0-9]+(?:-[a-z0-9]+)*$/, longest: 63 },
    keyStore: await openKeyStore(parameters),
    onError,
  });
};
