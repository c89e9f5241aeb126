import fs from 'node:fs';
import path from 'node:path';
import * as zlib from 'node:zlib';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestServer } from '../../../../../test/servers/process.ts';
import { readBuild } from '../../src/build/read-build.ts';
import { type Base, readBase } from '../../src/image/base.ts';
import { buildImage } from '../../src/image/build-image.ts';
import { compressBase, type FindLayer } from '../../src/image/compress-base.ts';
import { chooseCompression } from '../../src/image/compression.ts';
import { findPublished } from '../../src/image/published-base.ts';
import { pushImage } from '../../src/image/push-image.ts';
import { Registry } from '../../src/registry/client.ts';
import { writeBaseLayout, writeBuild } from '../helpers/base-layout.ts';
import { startRegistry } from '../helpers/docker-registry.ts';

const ZSTD = 'application/vnd.oci.image.layer.v1.tar+zstd';
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer };
const NONE: FindLayer = async () => undefined;

test.skipIf(zstdDecompressSync)(
  'without Zstandard in Node, gzip is the default and asking for zstd is an error',
  () => {
    expect(chooseCompression(undefined)).toBe('gzip');
    expect(() => chooseCompression('zstd')).toThrow("can't compress with zstd");
  },
);

if (!zstdDecompressSync)
  process.stderr.write('\n  !! Node has no Zstandard: NO base was compressed with it.\n\n');

describe.skipIf(!zstdDecompressSync)('the compression of a base with Zstandard', () => {
  let folder: string;
  let base: Base;
  const registry = startRegistry();

  beforeAll(async () => {
    folder = temporaryFolder('zstd');
    const file = path.join(folder, 'os-release');
    fs.writeFileSync(file, 'ID=test\n'.repeat(1000));
    const entry = { path: '/etc/os-release', source: { file, size: 8000 }, mode: 0o644, owner: 0 };
    const name = await writeBaseLayout(path.join(folder, 'layout'), [entry]);
    base = await readBase(name, undefined, {
      root: '/',
      registry: () => {
        throw new Error('no registry');
      },
    });
  });
  afterAll(async () => {
    const server = await registry;
    if (!('reason' in server)) await server.stop();
  });

  const cacheIn = (name: string): string => {
    fs.mkdirSync(path.join(folder, name));
    return path.join(folder, name);
  };
  const layerOf = ({ images }: Base): Base['images'][0]['layers'][0] => images[0]!.layers[0]!;
  const gzipped = (): string => layerOf(base).descriptor.digest;

  test('makes an archive with the digest that the config of the base names', async () => {
    const cache = cacheIn('one');
    const compressed = await compressBase(base, cache, NONE);
    const { descriptor } = layerOf(compressed);
    expect(descriptor.mediaType).toBe(ZSTD);
    const bytes = fs.readFileSync(path.join(cache, descriptor.digest.replace(':', '-')));
    expect(zstdDecompressSync!(bytes).includes('ID=test')).toBe(true);
    expect(compressed.images[0]!.config).toEqual(base.images[0]!.config);
    expect(layerOf(await compressBase(base, cacheIn('two'), NONE)).descriptor).toEqual(descriptor);
  });

  test('runs once: the cache has the result, and a damaged cache is not used', async () => {
    const cache = cacheIn('cached');
    const first = layerOf(await compressBase(base, cache, NONE)).descriptor;
    const file = path.join(cache, first.digest.replace(':', '-'));
    fs.utimesSync(file, new Date(), new Date(Date.now() - 86_400_000));
    await compressBase(base, cache, NONE);
    // A file that was written again would be a new one.
    const { ino } = fs.statSync(file);
    expect(fs.statSync(file).mtimeMs).toBeGreaterThan(Date.now() - 3_600_000);
    fs.writeFileSync(file, 'damaged');
    expect(layerOf(await compressBase(base, cache, NONE)).descriptor).toEqual(first);
    expect(fs.statSync(file).size).toBe(first.size);
    expect(fs.statSync(file).ino).not.toBe(ino);
  });

  test('rejects a base whose archive differs from its config', async () => {
    const [image] = base.images;
    const rootfs = { type: 'layers' as const, diff_ids: [`sha256:${'0'.repeat(64)}`] };
    const forged = { ...base, images: [{ ...image!, config: { ...image!.config, rootfs } }] };
    await expect(compressBase(forged, cacheIn('forged'), NONE)).rejects.toThrow(
      'has the digest sha256:',
    );
  });

  test('runs on one machine: another machine finds the result in the registry', async (context) => {
    const server = await registry;
    if ('reason' in server) return context.skip(`no registry: ${server.reason}`);
    const { host } = new URL((server as TestServer).url);
    const build = readBuild(writeBuild(path.join(folder, 'dist')));
    const client = new Registry(host);
    const compressed = await compressBase(base, cacheIn('first'), NONE);
    const image = await buildImage(build, compressed, folder, 'zstd');
    const published = (repository: string): FindLayer =>
      findPublished(async () => ({ registry: client, repository }));
    const push = { version: '1.2.0', attachments: [], base: compressed };
    const pushed = await pushImage(image, client, 'shop', push);
    expect(pushed.warning).toBeUndefined();
    const other = cacheIn('other');
    const found = await compressBase(base, other, published('shop'));
    expect(layerOf(found).descriptor).toEqual(layerOf(compressed).descriptor);
    expect(fs.readdirSync(other)).toEqual([]);
    const again = await buildImage(build, found, folder, 'zstd');
    expect(again.top.descriptor).toEqual(image.top.descriptor);
    expect((await pushImage(again, client, 'shop', { ...push, base: found })).sent).toBe(0);
    // A repository without the layers has no record of them.
    expect(await published('empty')(base.images[0]!, gzipped())).toBeUndefined();
  });
});
