import { Readable } from 'node:stream';
import { isObject } from '@gati/contract/data';
import type { Descriptor, Registry } from './client.ts';
import { DIGEST } from './reference.ts';
import type { BlobSource } from './upload.ts';

/** Whether a member of a manifest names a blob or a manifest. */
export function isDescriptor(value: unknown): value is Descriptor {
  return (
    isObject(value) &&
    typeof value['mediaType'] === 'string' &&
    typeof value['digest'] === 'string' &&
    DIGEST.test(value['digest']) &&
    Number.isSafeInteger(value['size'])
  );
}

/** Returns a blob of a registry, which is read when it is opened. */
export function blobOf(
  registry: Registry,
  repository: string,
  { mediaType, digest, size }: Descriptor,
): BlobSource {
  return {
    descriptor: { mediaType, digest, size },
    from: { host: registry.host, repository },
    async open(start, end) {
      const { body } = await registry.openBlob(repository, digest, start);
      return Readable.from(firstBytes(body, end - start));
    },
  };
}

async function* firstBytes(chunks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let rest = count;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, rest);
    rest -= chunk.length;
    if (rest <= 0) return;
  }
}
