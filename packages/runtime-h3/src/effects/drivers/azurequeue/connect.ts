import { GatiError } from '@gati/contract';
import type { QueueServiceClient } from '@azure/storage-queue';

type Sdk = typeof import('@azure/storage-queue');

/** Credentials as Azure's own tools name them; without any, whatever identity the machine has. */
export async function connect(account: string): Promise<QueueServiceClient> {
  const sdk = await importSdk();
  const { AZURE_STORAGE_CONNECTION_STRING: string, AZURE_STORAGE_KEY: key, AZURE_STORAGE_SAS_TOKEN: sas } = process.env;
  // A few quick tries: what is away for longer is waited for elsewhere.
  const options = { retryOptions: { maxTries: 4, retryDelayInMs: 200, maxRetryDelayInMs: 2000 } };
  if (string) {
    const client = sdk.QueueServiceClient.fromConnectionString(string, options);
    if (client.accountName === account) return client;
    throw wrong(
      `GATI_EFFECTS names the account ${account}, AZURE_STORAGE_CONNECTION_STRING another.`,
      'Let both name the same, or remove one of them.',
    );
  }
  const endpoint = process.env.AZURE_STORAGE_QUEUE_ENDPOINT || `https://${account}.queue.core.windows.net`;
  if (key) return new sdk.QueueServiceClient(endpoint, new sdk.StorageSharedKeyCredential(account, key), options);
  if (sas) return new sdk.QueueServiceClient(`${endpoint}?${sas.replace(/^\?/, '')}`, new sdk.AnonymousCredential(), options);
  const { DefaultAzureCredential } = await importIdentity();
  return new sdk.QueueServiceClient(endpoint, new DefaultAzureCredential(), options);
}

async function importSdk(): Promise<Sdk> {
  // In a `try`, so that bundlers take a missing package for what it is: optional.
  try {
    return await import('@azure/storage-queue');
  } catch (cause) {
    throw missing('A queue at azurequeue://', '@azure/storage-queue', cause);
  }
}

async function importIdentity(): Promise<typeof import('@azure/identity')> {
  try {
    return await import('@azure/identity');
  } catch (cause) {
    throw missing('A queue at azurequeue:// without AZURE_STORAGE_CONNECTION_STRING, _KEY or _SAS_TOKEN', '@azure/identity', cause);
  }
}

function missing(what: string, name: string, cause: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_EFFECTS_PACKAGE',
      level: 'error',
      message: `${what} needs the package ${name}, which is not there.`,
      fix: `Add it to the app and build again: \`npm install ${name}\`.`,
    },
    { cause },
  );
}

const wrong = (message: string, fix: string): GatiError => new GatiError({ code: 'GATI_EFFECTS', level: 'error', message, fix });
