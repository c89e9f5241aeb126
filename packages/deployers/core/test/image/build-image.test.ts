import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { unpackTar } from 'modern-tar';
import { beforeAll, expect, test } from 'vitest';
import { readBuild } from '../../src/build/read-build.ts';
import { readBase } from '../../src/image/base.ts';
import { buildImage, type Image } from '../../src/image/build-image.ts';
import { writeBaseLayout, writeBuild } from '../helpers/base-layout.ts';

let base: string;
beforeAll(async () => {
  const folder = temporaryFolder('base');
  const file = path.join(folder, 'os-release');
  fs.writeFileSync(file, 'ID=test');
  const entry = { path: '/etc/os-release', source: { file, size: 7 }, mode: 0o644, owner: 0 };
  base = await writeBaseLayout(path.join(folder, 'layout'), [entry], ['amd64', 'arm64']);
});

async function build(
  files: Record<string, string> = {},
  platforms?: string[],
): Promise<{ image: Image; read(digest: string): Promise<Buffer> }> {
  const folder = writeBuild(temporaryFolder('build'), files);
  const options = {
    root: '/',
    registry(): never {
      throw new Error('no registry');
    },
  };
  const image = await buildImage(
    readBuild(folder),
    await readBase(base, platforms, options),
    temporaryFolder('layers'),
  );
  return {
    image,
    async read(digest) {
      const blob = image.blobs.find(({ descriptor }) => descriptor.digest === digest)!;
      const chunks: Buffer[] = [];
      for await (const chunk of await blob.open(0, blob.descriptor.size))
        chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
  };
}

interface Parsed {
  config: { digest: string } & Record<string, unknown>;
  layers: { digest: string }[];
  manifests: { platform: object }[];
  rootfs: { diff_ids: string[] };
}

const parse = (bytes: Buffer): Parsed => JSON.parse(bytes.toString()) as Parsed;

test('the same build gives the same digest, whatever the times and modes of its files', async () => {
  const [first, second] = await Promise.all([build(), build()]);
  expect(first.image.top.descriptor).toEqual(second.image.top.descriptor);
  const other = await build({ 'server/index.mjs': 'console.log(2)' });
  expect(other.image.top.descriptor.digest).not.toBe(first.image.top.descriptor.digest);
});

test('the image has a manifest for each platform of the base, which share the layer of the app', async () => {
  const { image } = await build();
  expect(image.platforms).toEqual(['linux/amd64', 'linux/arm64']);
  const layers = image.manifests.map(({ bytes }) => parse(bytes).layers);
  expect(layers[0]).toEqual(layers[1]);
  expect(parse(image.top.bytes).manifests[1]!.platform).toEqual({
    os: 'linux',
    architecture: 'arm64',
  });
  const one = await build({}, ['linux/arm64']);
  expect(one.image.platforms).toEqual(['linux/arm64']);
  await expect(build({}, ['linux/s390x'])).rejects.toThrow('is not for linux/s390x');
});

test('the layer of the app has sorted entries of user 0 at time 0, and /data of user 65532', async () => {
  const { image, read } = await build({ [`server/${'long/'.repeat(32)}x.mjs`]: '1' });
  const [, app] = parse(image.manifests[0]!.bytes).layers;
  const entries = await unpackTar(gunzipSync(await read(app!.digest)));
  const names = entries.map(({ header }) => header.name);
  expect(names).toContain('app/server/index.mjs');
  expect(names.filter((name) => /Dockerfile|\.map$/.test(name))).toEqual([]);
  expect(names.map((name) => name.replace(/\/$/, ''))).toEqual(
    names.map((name) => name.replace(/\/$/, '')).toSorted(),
  );
  expect(names.some((name) => name.length > 160)).toBe(true);
  for (const { header } of entries) {
    expect(header.mtime?.getTime()).toBe(0);
    expect({ name: header.name, uid: header.uid }).toEqual({
      name: header.name,
      uid: header.name === 'data/' ? 65_532 : 0,
    });
  }
});

test('the config runs the server as a numeric user and keeps variables of the base', async () => {
  const { image, read } = await build();
  const { config } = parse(image.manifests[0]!.bytes);
  const { config: runtime, rootfs } = parse(await read(config.digest));
  expect(runtime).toMatchObject({
    User: '65532:65532',
    Entrypoint: ['node'],
    Cmd: ['server/index.mjs'],
    WorkingDir: '/app',
    Volumes: { '/data': {} },
    Labels: { 'dev.gati.release': 'rel_0123456789abcdef' },
  });
  expect(runtime['Env']).toEqual([
    'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
    'PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin',
    'NODE_ENV=production',
    'HOST=0.0.0.0',
    'PORT=3000',
  ]);
  expect(rootfs.diff_ids).toHaveLength(2);
});

test('packages beside the bundle have a layer that a change of the app leaves as it is', async () => {
  const files = { 'server/node_modules/native/index.js': 'module.exports = 1' };
  const before = await build(files);
  const after = await build({ ...files, 'server/index.mjs': 'console.log(2)' });
  const layersOf = ({ image }: { image: Image }): string[] =>
    parse(image.manifests[0]!.bytes).layers.map(({ digest }) => digest);
  expect(layersOf(after).slice(0, 2)).toEqual(layersOf(before).slice(0, 2));
  expect(layersOf(after)[2]).not.toBe(layersOf(before)[2]);
});

test('a build with native code is not put into an image for another platform', async () => {
  const manifest = {
    format: 1,
    name: 'shop',
    release: { version: '1.2.0', id: 'rel_0123456789abcdef', code: 'a'.repeat(64) },
    native: { platform: 'linux', arch: 'x64', packages: [{ name: 'sharp', version: '1.0.0' }] },
    contract: { $defs: {}, effects: [], modules: [], routes: [] },
  };
  const files = { 'gati.manifest.json': JSON.stringify(manifest) };
  await expect(build(files)).rejects.toThrow(/native code for linux\/amd64 \(sharp\)/);
  expect((await build(files, ['linux/amd64'])).image.platforms).toEqual(['linux/amd64']);
});

test('a link to a file outside of the build is rejected', () => {
  const folder = writeBuild(temporaryFolder('build'));
  fs.symlinkSync('/etc/hostname', path.join(folder, 'server/secret'));
  expect(() => readBuild(folder)).toThrow('links to a file outside of the build');
});

test.each([
  ['an empty folder', {}, /there is no gati\.manifest\.json/],
  ['a manifest of `gati generate`', { 'gati.manifest.json': true }, /were not bundled/],
])('%s is no build', (_, files, message) => {
  const folder = temporaryFolder('empty');
  if ('gati.manifest.json' in files) {
    const release = { version: '1.0.0', id: 'rel_0123456789abcdef' };
    const contract = { $defs: {}, effects: [], modules: [], routes: [] };
    const manifest = { format: 1, name: 'shop', release, contract };
    fs.writeFileSync(path.join(folder, 'gati.manifest.json'), JSON.stringify(manifest));
  }
  expect(() => readBuild(folder)).toThrow(message);
});
