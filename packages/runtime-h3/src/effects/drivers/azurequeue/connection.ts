import { GatiError } from '@gati/contract';
import type { BlobServiceClient } from '@azure/storage-blob';
import type { QueueServiceClient } from '@azure/storage-queue';
import { missingPackageError } from '../cloud/missing-package.ts';

interface Service<Client> {
  kind: 'queue' | 'blob';
  /** Endpoint from the environment, for addresses other than the public ones. */
  endpoint: string | undefined;
  fromString(connectionString: string, options: object): Client & { accountName: string };
  /** Without `key`, the URL contains the credentials, or `identity` provides them. */
  fromUrl(url: string, options: object, key?: string, identity?: object): Client;
}

export async function connectQueues(account: string): Promise<QueueServiceClient> {
  const sdk = await importQueues();
  return connect<QueueServiceClient>(account, {
    kind: 'queue',
    endpoint: process.env.AZURE_STORAGE_QUEUE_ENDPOINT,
    fromString: (connectionString, options) =>
      sdk.QueueServiceClient.fromConnectionString(connectionString, options),
    fromUrl(url, options, key, identity) {
      const credential =
        key === undefined
          ? new sdk.AnonymousCredential()
          : new sdk.StorageSharedKeyCredential(account, key);
      return new sdk.QueueServiceClient(url, (identity as undefined) ?? credential, options);
    },
  });
}

export async function connectBlobs(account: string): Promise<BlobServiceClient> {
  const sdk = await importBlobs();
  return connect<BlobServiceClient>(account, {
    kind: 'blob',
    endpoint: process.env.AZURE_STORAGE_BLOB_ENDPOINT,
    fromString: (connectionString, options) =>
      sdk.BlobServiceClient.fromConnectionString(connectionString, options),
    fromUrl(url, options, key, identity) {
      const credential =
        key === undefined
          ? new sdk.AnonymousCredential()
          : new sdk.StorageSharedKeyCredential(account, key);
      return new sdk.BlobServiceClient(url, (identity as undefined) ?? credential, options);
    },
  });
}

/**
 * Reads credentials from the variables that Azure's own tools use. Without any, uses the identity
 * of the machine.
 */
async function connect<Client>(account: string, service: Service<Client>): Promise<Client> {
  const {
    AZURE_STORAGE_CONNECTION_STRING: connectionString,
    AZURE_STORAGE_KEY: key,
    AZURE_STORAGE_SAS_TOKEN: sas,
  } = process.env;
  // Retries for a short time only, because the caller handles longer outages.
  const options = { retryOptions: { maxTries: 4, retryDelayInMs: 200, maxRetryDelayInMs: 2000 } };
  if (connectionString) {
    const client = service.fromString(connectionString, options);
    if (client.accountName === account) return client;
    throw addressError(
      `GATI_EFFECTS names the account ${account}, but AZURE_STORAGE_CONNECTION_STRING names another one.`,
      'Name the same account in both, or remove the connection string.',
    );
  }
  const url = service.endpoint || `https://${account}.${service.kind}.core.windows.net`;
  if (key) return service.fromUrl(url, options, key);
  if (sas) return service.fromUrl(`${url}?${sas.replace(/^\?/, '')}`, options);
  const { DefaultAzureCredential } = await importIdentity();
  return service.fromUrl(url, options, undefined, new DefaultAzureCredential());
}

async function importQueues(): Promise<typeof import('@azure/storage-queue')> {
  // The `try` makes bundlers treat a missing package as optional.
  try {
    return await import('@azure/storage-queue');
  } catch (cause) {
    throw missingPackageError('A queue at azurequeue://', '@azure/storage-queue', cause);
  }
}

async function importBlobs(): Promise<typeof import('@azure/storage-blob')> {
  try {
    return await import('@azure/storage-blob');
  } catch (cause) {
    throw missingPackageError('A store of keys at azblob://', '@azure/storage-blob', cause);
  }
}

async function importIdentity(): Promise<typeof import('@azure/identity')> {
  try {
    return await import('@azure/identity');
  } catch (cause) {
    throw missingPackageError(
      'A queue at azurequeue:// without AZURE_STORAGE_CONNECTION_STRING, _KEY or _SAS_TOKEN',
      '@azure/identity',
      cause,
    );
  }
}

const addressError = (message: string, fix: string): GatiError =>
  new GatiError({ code: 'GATI_EFFECTS', message, fix });
