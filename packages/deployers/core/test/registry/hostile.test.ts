import http from 'node:http';
import type { AddressInfo } from 'node:net';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBuild } from '../../src/build/read-build.ts';
import type { Image } from '../../src/image/build-image.ts';
import { writeLayout } from '../../src/image/write-layout.ts';
import { Registry, type RegistryRequest } from '../../src/registry/client.ts';
import { writeBuild } from '../helpers/base-layout.ts';

const ADA = { kind: 'password', user: 'ada', password: 'lovelace' } as const;
const READ: RegistryRequest = {
  method: 'GET',
  path: 'shop/manifests/1',
  repository: 'shop',
  action: 'pull',
};

/** Authorization that each server got. */
const got: Record<string, (string | undefined)[]> = { registry: [], elsewhere: [] };
let registry: http.Server;
let elsewhere: http.Server;
const hostOf = (server: http.Server): string =>
  `127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  elsewhere = http.createServer(({ headers }, res) => {
    got['elsewhere']!.push(headers.authorization);
    res.end('{}');
  });
  registry = http.createServer(({ headers, url }, res) => {
    got['registry']!.push(headers.authorization);
    if (headers.authorization === undefined)
      return void res.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    if (url!.includes('/moved/'))
      return void res.writeHead(307, { location: `http://${hostOf(elsewhere)}/blob` }).end();
    const password = Buffer.from(headers.authorization.slice(6), 'base64').toString();
    const signed = 'https://store.example/b?X-Amz-Signature=c0ffee';
    res.writeHead(403).end(`You sent ${headers.authorization} (${password}) for ${signed}`);
  });
  for (const server of [registry, elsewhere])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  for (const server of [registry, elsewhere]) {
    server.closeAllConnections();
    server.close();
  }
});

describe('a hostile registry', () => {
  test('puts no credentials into an error, though its response repeats them', async () => {
    const client = new Registry(hostOf(registry), { credentials: async () => ADA });
    const error = (await client.readManifest('shop', '1').catch((each) => each)) as Error;
    expect(error.message).toMatch(/responded 403 \(You sent Basic \[redacted\]/);
    expect(error.message).not.toMatch(/lovelace|YWRhOmxv|c0ffee/);
  });

  test('redirects reads to another host without the authorization', async () => {
    const client = new Registry(hostOf(registry), { credentials: async () => ADA });
    const { status, body } = await client.request({ ...READ, path: 'moved/manifests/1' });
    body.resume();
    expect(status).toBe(200);
    expect(got['elsewhere']).toEqual([undefined]);
    expect(got['registry']!.at(-1)).toMatch(/^Basic /);
  });

  test('on another machine can not name addresses of this machine', async () => {
    const client = new Registry('registry.example.com', { credentials: async () => ADA });
    const path = new URL(`http://${hostOf(elsewhere)}/upload`);
    const sent = client.requestOnce({ ...READ, method: 'PATCH', path });
    await expect(sent).rejects.toThrow(/not HTTPS/);
  });

  test('can not put other bytes into a layout', async () => {
    const folder = temporaryFolder('layout');
    const digest = `sha256:${'a'.repeat(64)}`;
    const blob = {
      descriptor: { mediaType: 'x', digest, size: 3 },
      open: async () => Readable.from([Buffer.from('bad')]),
    };
    const image = { blobs: [blob], manifests: [] } as unknown as Image;
    await expect(writeLayout(image, folder)).rejects.toThrow(/its digest is sha256:/);
    expect(fs.existsSync(path.join(folder, 'blobs/sha256', 'a'.repeat(64)))).toBe(false);
  });
});

describe('a build', () => {
  test.each([
    ['a file outside', '/etc/hostname', /links to a file outside/],
    ['a folder outside', '/etc', /links to a file outside/],
    ['itself', '.', /is not a file/],
    ['nothing', 'missing', /links to nothing/],
  ])('with a link to %s is rejected', (_, target, expected) => {
    const folder = temporaryFolder('build');
    writeBuild(folder);
    fs.symlinkSync(target, path.join(folder, 'server/link'));
    expect(() => readBuild(folder)).toThrow(expected);
  });
});
