import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readBuild } from '../../src/build/read-build.ts';
import { readBase } from '../../src/image/base.ts';
import { buildImage, type Image } from '../../src/image/build-image.ts';
import { pushImage } from '../../src/image/push-image.ts';
import { createSbom } from '../../src/image/sbom.ts';
import { Registry, type RegistryOptions } from '../../src/registry/client.ts';
import type { TestServer } from '../../../../../test/servers/process.ts';
import { writeBaseLayout, writeBuild } from '../helpers/base-layout.ts';
import { type Passing, type Proxy, startProxy, startRegistry } from '../helpers/docker-registry.ts';

const plain = await startRegistry();
const locked = await startRegistry({ password: true });
if ('reason' in plain)
  process.stderr.write(`\n  !! No registry: NOTHING was pushed. ${plain.reason}\n\n`);

const ADA = { kind: 'password', user: 'ada', password: 'lovelace' } as const;
const FAST: RegistryOptions = { pause: 1, credentials: async () => undefined };

describe.skipIf('reason' in plain)('an image is pushed', () => {
  const { url } = plain as TestServer;
  const host = new URL(url).host;
  let image: Image;
  let proxy: Proxy | undefined;

  beforeAll(async () => {
    image = await createImage('console.log(1)');
  });
  afterEach(async () => {
    await proxy?.stop();
    proxy = undefined;
  });
  afterAll(async () => {
    await (plain as TestServer).stop();
    await (locked as TestServer).stop();
  });

  const push = (
    at: string,
    repository: string,
    options: RegistryOptions = FAST,
    what: Image = image,
  ): ReturnType<typeof pushImage> =>
    pushImage(what, new Registry(at, options), repository, { version: '1.2.0+a', attachments: [] });

  test('and read back as it was built, layers before manifests', async () => {
    proxy = await startProxy(url, () => undefined);
    const { reference, tag } = await push(proxy.host, 'shop');
    const digest = image.top.descriptor.digest;
    expect(reference).toBe(`${proxy.host}/shop@${digest}`);
    expect(tag).toBe(`1.2.0_a-${digest.slice(7, 19)}`);
    const base = await readBase(`${host}/shop:${tag}`, undefined, {
      root: '/',
      registry: (at) => new Registry(at, FAST),
    });
    expect(base.digest).toBe(digest);
    expect(base.images).toHaveLength(2);
    const writes = proxy.log.filter(({ method }) => method === 'PUT').map(({ path: at }) => at);
    const kinds = writes.map((at) => (at.includes('/manifests/') ? 'manifest' : 'blob'));
    expect(kinds).toEqual(kinds.toSorted());
    expect(writes.at(-1)).toContain(`/manifests/${tag}`);
  });

  test('a second time without a write', async () => {
    await push(host, 'again');
    proxy = await startProxy(url, () => undefined);
    const { blobs, sent } = await push(proxy.host, 'again');
    expect({ ...blobs, sent }).toMatchObject({ uploaded: 0, mounted: 0, sent: 0 });
    expect(proxy.log.filter(({ method }) => method !== 'HEAD')).toEqual([]);
  });

  test('and mounts the layers of a base in the same registry', async () => {
    const { reference } = await push(host, 'base');
    const own = await createImage('console.log(3)', reference);
    const { blobs } = await push(host, 'mounted', FAST, own);
    expect(blobs.mounted).toBeGreaterThanOrEqual(1);
  });

  test('to a registry with a password, which no error repeats', async () => {
    const at = new URL((locked as TestServer).url).host;
    await push(at, 'shop', { pause: 1, credentials: async () => ADA });
    const wrong = { ...ADA, password: 'hunter2' };
    const failed = push(at, 'other', { pause: 1, credentials: async () => wrong });
    await expect(failed).rejects.toThrow(/responded 401[\s\S]*docker login/);
    await expect(failed).rejects.not.toThrow('hunter2');
  });

  test('with a token for the repository, requested once for each scope', async () => {
    const tokens: string[] = [];
    const isTrusted = ({ headers }: Passing): boolean => headers.authorization === 'Bearer t0ken';
    proxy = await startProxy(url, (request, response) => {
      if (request.path.startsWith('/token')) {
        tokens.push(new URL(request.path, url).searchParams.getAll('scope').join());
        response.end(JSON.stringify({ token: 't0ken' }));
        return 'handled';
      }
      if (isTrusted(request)) return undefined;
      const realm = `http://${request.headers.host}/token`;
      const challenge = `Bearer realm="${realm}",service="test"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return 'handled';
    });
    await push(proxy.host, 'team/token', { pause: 1, credentials: async () => ADA });
    expect(new Set(tokens)).toEqual(new Set(['repository:team/token:pull,push']));
  });

  test('past 429, 503 and connections that break in an upload', async () => {
    let cuts = 0;
    let count = 0;
    proxy = await startProxy(url, ({ method }) => {
      if (method === 'PATCH' && cuts++ < 2) return 'cut';
      return ++count % 3 === 0 ? [429, 503][count % 2] : undefined;
    });
    const { blobs } = await push(proxy.host, 'unstable');
    expect(blobs.uploaded).toBe(image.blobs.length);
    expect(cuts).toBeGreaterThan(2);
    expect(
      await new Registry(host, FAST).headManifest('unstable', image.top.descriptor.digest),
    ).toBe(image.top.descriptor.digest);
  });

  test('to a registry with immutable tags, also after a response was lost', async () => {
    const tags = new Set<string>();
    let lost = 0;
    proxy = await startProxy(url, ({ method, path: at }) => {
      const tag = /\/manifests\/([^:]+)$/.exec(at)?.[1];
      if (method !== 'PUT' || tag === undefined) return undefined;
      if (tags.has(tag)) return 400;
      tags.add(tag);
      return undefined;
    });
    await push(proxy.host, 'immutable');
    await push(proxy.host, 'immutable');
    // The first request of the tag is stored, and its response gets lost.
    const own = await createImage('console.log(4)');
    const inner = proxy;
    const outer = await startProxy(`http://${inner.host}`, ({ method, path: at }) => {
      if (method !== 'PUT' || !/\/manifests\/1\.2/.test(at) || lost > 0) return undefined;
      lost++;
      void fetch(`http://${inner.host}${at}`, {
        method: 'PUT',
        headers: { 'content-type': own.top.descriptor.mediaType },
        body: own.top.bytes,
      });
      return 'cut';
    });
    await push(outer.host, 'immutable', { ...FAST, pause: 200 }, own);
    expect(lost).toBe(1);
    await outer.stop();
  });

  test('with a bill of materials, under a tag where the registry lists no referrers', async () => {
    const left = { name: 'left', version: '1.4.0', license: 'MIT' };
    const files = { 'packages.json': JSON.stringify({ packages: [left] }) };
    const attachments = [createSbom(readBuild(writeBuild(temporaryFolder('build'), files)))];
    const registry = new Registry(host, FAST);
    const options = { version: '1.2.0', attachments };
    expect((await pushImage(image, registry, 'sbom', options)).attached).toBe('tag');
    await pushImage(image, registry, 'sbom', options);
    const tag = image.top.descriptor.digest.replace(':', '-');
    const listed = (await registry.readManifest('sbom', tag))!.value['manifests'] as {
      digest: string;
      artifactType: string;
    }[];
    expect(listed.map(({ artifactType }) => artifactType)).toEqual([
      'application/vnd.cyclonedx+json',
    ]);
    const { layers, subject } = (await registry.readManifest('sbom', listed[0]!.digest))!.value as {
      layers: [{ mediaType: string; digest: string; size: number }];
      subject: { digest: string };
    };
    expect(subject.digest).toBe(image.top.descriptor.digest);
    const sbom: unknown = JSON.parse((await registry.readBlob('sbom', layers[0])).toString());
    expect(sbom).toMatchObject({ components: [{ purl: 'pkg:npm/left@1.4.0' }] });
  });

  test('not to an address without HTTPS that is not this machine', async () => {
    proxy = await startProxy(url, (_, response) => {
      response.writeHead(307, { location: 'http://registry.example.com/v2/' }).end();
      return 'handled';
    });
    await expect(push(proxy.host, 'redirected')).rejects.toThrow('which is not HTTPS');
  });
});

async function createImage(code: string, name?: string): Promise<Image> {
  const folder = temporaryFolder('image');
  const build = readBuild(writeBuild(path.join(folder, 'dist'), { 'server/index.mjs': code }));
  const file = path.join(folder, 'dist/server/index.mjs');
  const size = fs.statSync(file).size;
  const entry = { path: '/etc/base', source: { file, size }, mode: 0o644, owner: 0 };
  name ??= await writeBaseLayout(path.join(folder, 'layout'), [entry], ['amd64', 'arm64']);
  const options = { root: '/', registry: (at: string) => new Registry(at, FAST) };
  return await buildImage(build, await readBase(name, undefined, options), folder);
}
