import { connectBlobs } from '../azurequeue/connection.ts';
import { isOutage } from '../azurequeue/errors.ts';
import { type KeyStore, MOST_KEY_BYTES } from './key-store.ts';

/** Opens a store of keys in a blob container, with the credentials that the queue uses too. */
export async function openBlobKeys(
  account: string,
  container: string,
  prefix: string,
): Promise<KeyStore> {
  const client = (await connectBlobs(account)).getContainerClient(container);
  const write = async (
    name: string,
    text: string,
    conditions: { ifNoneMatch?: string; ifMatch?: string },
  ): Promise<string | undefined> => {
    const bytes = Buffer.from(text);
    try {
      return (
        await client.getBlockBlobClient(prefix + name).upload(bytes, bytes.length, { conditions })
      ).etag;
    } catch (error) {
      // 409: the blob exists. 412: its ETag differs. 404: it is gone, unless the container is
      // missing.
      const { statusCode, code } = error as { statusCode?: number; code?: string };
      if (statusCode === 412 || code === 'BlobAlreadyExists' || code === 'BlobNotFound')
        return undefined;
      throw error;
    }
  };
  const read: KeyStore['read'] = async (name) => {
    try {
      const blob = client.getBlockBlobClient(prefix + name);
      const { etag, readableStreamBody } = await blob.download(0, MOST_KEY_BYTES);
      const chunks: Buffer[] = [];
      for await (const chunk of readableStreamBody!) chunks.push(Buffer.from(chunk));
      return { text: Buffer.concat(chunks).toString(), tag: etag! };
    } catch (error) {
      if ((error as { code?: string }).code === 'BlobNotFound') return undefined;
      throw error;
    }
  };
  return {
    create: (name, text) => write(name, text, { ifNoneMatch: '*' }),
    read,
    replace: async (name, text, tag) => (await write(name, text, { ifMatch: tag })) !== undefined,
    verify: async () => void (await read('start')),
    isOutage,
    close: async () => {},
  };
}
