import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toTarball } from '../../../src/build/sdk/tarball.ts';

/** An npm registry on loopback, which serves what a test publishes, valid or not. */
export interface TestRegistry {
  url: string;
  publish(version: Published): Promise<{ integrity: string }>;
  /** Replaces the bytes of a tarball, as an attacker with control of the registry can. */
  tamper(name: string, version: string, bytes: Buffer): void;
  close(): Promise<void>;
}

export interface Published {
  manifest: Record<string, unknown> & { name: string; version: string };
  /** Further files. */
  files?: Record<string, string>;
  /** Fields of the registry's description that differ from the tarball. */
  described?: Record<string, unknown>;
  /** Fields of `dist` that differ. */
  dist?: Record<string, unknown>;
  /** Hours since it was published; 100 days by default. */
  hours?: number;
  /** Makes the response to a request for attestations. */
  attest?: (integrity: string) => Promise<object | undefined>;
}

export async function startTestRegistry(): Promise<TestRegistry> {
  const packages = new Map<string, Record<string, unknown>>();
  const tarballs = new Map<string, Buffer>();
  const attestations = new Map<string, object>();
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url!, 'http://127.0.0.1');
    const place = decodeURIComponent(pathname.slice(1));
    const send = (body: unknown): void =>
      void (body === undefined
        ? res.writeHead(404).end('{}')
        : res.writeHead(200).end(Buffer.isBuffer(body) ? body : JSON.stringify(body)));
    if (place === '-/v1/search')
      return send({
        objects: [...packages.values()]
          .filter(({ name }) =>
            String(name).includes(searchParams.get('text')!.split(' ')[1] ?? ''),
          )
          .map((each) => ({ package: { ...each, version: '1.0.0' } })),
      });
    if (place.startsWith('-/npm/v1/attestations/'))
      return send(attestations.get(place.slice('-/npm/v1/attestations/'.length)));
    return send(tarballs.get(place) ?? packages.get(place));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    async publish({ manifest, files = {}, described = {}, dist = {}, hours = 2400, attest }) {
      const { name, version } = manifest;
      const bytes = await toTarball(
        Object.entries({ 'package.json': JSON.stringify(manifest), ...files }).map(
          ([path, text]) => ({ path, text }),
        ),
      );
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
      const proof = await attest?.(integrity);
      const place = `${name}/-/${name.replace(/^.*\//, '')}-${version}.tgz`;
      tarballs.set(place, bytes);
      if (proof) attestations.set(`${name}@${version}`, proof);
      const document = (packages.get(name) ?? { name, versions: {}, time: {} }) as {
        versions: object;
        time: object;
      };
      packages.set(name, {
        ...document,
        'dist-tags': { latest: version },
        time: {
          ...document.time,
          [version]: new Date(Date.now() - hours * 3_600_000).toISOString(),
        },
        versions: {
          ...document.versions,
          [version]: {
            ...manifest,
            ...described,
            dist: {
              tarball: `${url}${place}`,
              integrity,
              ...(attest && {
                attestations: { url: `${url}-/npm/v1/attestations/${name}@${version}` },
              }),
              ...dist,
            },
          },
        },
      });
      return { integrity };
    },
    tamper: (name, version, bytes) =>
      void tarballs.set(`${name}/-/${name.replace(/^.*\//, '')}-${version}.tgz`, bytes),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
