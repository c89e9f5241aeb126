import { afterAll } from 'vitest';
import { AZURITE_ACCOUNT, startAzurite } from '../../../../../test/servers/azurite.ts';
import { describeIf } from '../helpers/only-if.ts';
import { describeTorture } from '../helpers/torture/describe-torture.ts';

const server = await startAzurite();
if ('reason' in server)
  console.warn(`SKIPPED, the torture of the queue in Azure Storage: ${server.reason}`);

describeIf('url' in server)('Azure Storage', () => {
  if ('reason' in server) return;
  process.env.AZURE_STORAGE_CONNECTION_STRING = server.url;
  afterAll(() => server.stop());
  describeTorture('azurequeue', {
    url: () => `azurequeue://${AZURITE_ACCOUNT}/torture`,
    steps: true,
    keys: false,
    ordered: false,
    part: 0.3,
  });
});
