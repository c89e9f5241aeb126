import http from 'node:http';
import { listen } from '@gati/test-kit/ports';
import { expect, test } from 'vitest';
import { openRepository } from '../../src/cli/image-step.ts';
import type { BaseImage } from '../../src/image/base.ts';
import { findPublished } from '../../src/image/published-base.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const layer = {
  mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd',
  digest: digest('b'),
  size: 7,
  annotations: { 'dev.gati.source': digest('a') },
};

test('layers of earlier deploys are looked up with the credentials of the cloud', async () => {
  const authorization = `Basic ${Buffer.from('AWS:secret').toString('base64')}`;
  const server = http.createServer(({ headers }, response) => {
    const isKnown = headers.authorization === authorization;
    response.writeHead(isKnown ? 200 : 401, {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'www-authenticate': 'Basic realm="ecr"',
    });
    response.end(JSON.stringify(isKnown ? { schemaVersion: 2, layers: [layer] } : {}));
  });
  const repository = `127.0.0.1:${await listen(server)}/shop`;
  const credentials = { kind: 'password', user: 'AWS', password: 'secret' } as const;
  const descriptor = { ...layer, digest: digest('a') };
  const image: BaseImage = {
    platform: 'linux/amd64',
    descriptor,
    config: {
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [digest('c')] },
    },
    layers: [{ descriptor, open: () => Promise.reject(new Error('not read')) }],
  };
  const find = (session: Parameters<typeof openRepository>[1]): ReturnType<typeof search> =>
    search(() => openRepository({ image: { repository } }, session));
  const search = async (open: Parameters<typeof findPublished>[0]): Promise<string | undefined> =>
    (await findPublished(open)(image, digest('a')))?.descriptor.digest;
  try {
    expect(await find({ registry: async () => ({ repository, credentials }) })).toBe(digest('b'));
    // A repository that does not exist yet, or needs other credentials, has no layers.
    expect(await find({ registry: () => Promise.reject(new Error('none')) })).toBeUndefined();
    expect(await find(undefined)).toBeUndefined();
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
