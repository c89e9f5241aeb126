import type { Manifest } from '@gati/contract';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/cluster.ts';
import { packContract } from '../../src/objects/contract-map.ts';
import { createObjects } from '../../src/objects/objects.ts';
import { toTarget } from '../../src/objects/target.ts';
import { checkContract, readLiveManifest } from '../../src/plan/contract-gate.ts';

const manifest = (version: string, ...paths: string[]): Manifest =>
  ({
    format: 1,
    name: 'shop',
    release: { version, id: `rel_${version.replaceAll('.', '').padStart(16, '0')}` },
    contract: {
      $defs: {},
      effects: [],
      modules: [],
      routes: paths.map((path) => ({
        id: `GET ${path}`,
        method: 'GET',
        path,
        domain: 'root',
        name: [path.slice(1)],
        file: `src/handlers${path}.ts`,
        responses: {},
      })),
    },
  }) as Manifest;
const OLD = manifest('1.0.0', '/a', '/b');
const NEW = manifest('2.0.0', '/a');
const check = (options: {
  allowsMajor?: boolean;
  env?: Record<string, string>;
  file?: string;
}): ReturnType<typeof checkContract> =>
  checkContract(
    OLD,
    {
      manifest: NEW,
      files: options.file ? [{ path: options.file, source: '', size: 0, isExecutable: false }] : [],
    },
    {
      settings: options.env ? { env: options.env } : {},
      allowsMajor: options.allowsMajor ?? false,
    },
  );

describe('the contract of the live release', () => {
  test('comes from the cluster, and its applied form has no copy of it', () => {
    const target = toTarget('shop', 'production', {});
    const facts = { id: OLD.release.id, version: '1.0.0', image: 'r/shop@sha256:0' };
    const packed = packContract(OLD)!;
    expect(packContract(OLD)).toBe(packed);
    const { contract, deployments, live } = createObjects(target, { ...facts, contract: packed });
    const objects = [contract!, ...deployments, live.service] as KubeObject[];
    const read = readLiveManifest(target, { namespace: undefined, objects });
    expect(read).toEqual(OLD);
    expect(readLiveManifest(target, { namespace: undefined, objects: [] })).toBeUndefined();
  });

  test('may not be broken by a release that replaces it', () => {
    expect(() => check({})).toThrow(/2\.0\.0 breaks 1 promise of 1\.0\.0.*GET \/b/s);
    expect(check({ allowsMajor: true }).staysLive).toBe(false);
  });

  test('may be broken by a release that serves it too', () => {
    expect(check({ env: { GATI_RELEASES: 's3://bucket/shop' } }).staysLive).toBe(true);
    expect(check({ file: 'server/releases/1.0.0/server/index.mjs' }).staysLive).toBe(true);
    expect(() => check({ file: 'server/releases/1.0.1/server/index.mjs' })).toThrow('breaks');
  });
});
