import path from 'node:path';
import type { Manifest } from '@gati/contract';
import { activateRelease, openReleaseStore, putRelease } from '@gati/runtime-h3/releases';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { describe, expect, test } from 'vitest';
import type { Build } from '../../src/build/read-build.ts';
import { packContract } from '../../src/objects/contract-map.ts';
import { createObjects } from '../../src/objects/objects.ts';
import { toTarget } from '../../src/objects/target.ts';
import {
  checkContract,
  type Kept,
  type LiveContract,
  readLiveContract,
} from '../../src/plan/contract-gate.ts';
import { findKept } from '../../src/plan/kept-release.ts';
import type { LiveState } from '../../src/plan/live-state.ts';
import { writeBuild } from '../helpers/base-layout.ts';

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
const LIVE: LiveContract = { version: '1.0.0', id: OLD.release.id, manifest: OLD };
const check = (
  live: LiveContract,
  { kept = { staysLive: false }, allowsMajor = false }: { kept?: Kept; allowsMajor?: boolean } = {},
): ReturnType<typeof checkContract> =>
  checkContract(live, { manifest: NEW }, { kept, allowsMajor });
const bundled = (file: string): Pick<Build, 'files'> => ({
  files: [{ path: file, source: '', size: 0, isExecutable: false }],
});

describe('the contract of the live release', () => {
  const target = toTarget('shop', 'production', {});
  const stateOf = (contract?: string): LiveState => {
    const facts = { id: OLD.release.id, version: '1.0.0', image: 'r/shop@sha256:0' };
    const made = createObjects(target, { ...facts, ...(contract !== undefined && { contract }) });
    const { deployments, live } = made;
    const objects = [...(made.contract ? [made.contract] : []), ...deployments, live.service];
    return { namespace: undefined, objects };
  };

  test('comes from the cluster, and its applied form has no copy of it', () => {
    const packed = packContract(OLD)!;
    expect(packContract(OLD)).toBe(packed);
    expect(readLiveContract(target, stateOf(packed))).toEqual(LIVE);
    expect(readLiveContract(target, { namespace: undefined, objects: [] })).toBeUndefined();
  });

  test('may not be broken by a release that replaces it', () => {
    expect(() => check(LIVE)).toThrow(/2\.0\.0 breaks 1 promise of 1\.0\.0.*GET \/b/s);
    expect(check(LIVE, { allowsMajor: true }).changes).not.toEqual([]);
    expect(check(LIVE, { kept: { staysLive: true } }).changes).not.toEqual([]);
  });

  test('rejects the next release if the cluster lacks it or has it damaged', () => {
    for (const contract of [undefined, 'AAAA', Buffer.from('{}').toString('base64')]) {
      const live = readLiveContract(target, stateOf(contract))!;
      expect(live).toEqual({ version: '1.0.0', id: OLD.release.id });
      expect(() => check(live)).toThrow("2.0.0 can't be compared with it");
      expect(check(live, { allowsMajor: true }).changes).toEqual([]);
    }
  });
});

describe('a live release stays live beside a new one', () => {
  test('from the build, under its exact version', async () => {
    const kept = (file: string): Promise<Kept> => findKept(LIVE, bundled(file), {});
    expect(await kept('server/releases/1.0.0/server/index.mjs')).toEqual({ staysLive: true });
    expect(await kept('server/releases/1.0.1/server/index.mjs')).toEqual({ staysLive: false });
  });

  test('from a release store only while the store has it as a live release', async () => {
    const url = temporaryFolder('kept');
    const settings = { env: { GATI_RELEASES: url }, releases: url };
    const kept = (live = LIVE): Promise<Kept> => findKept(live, { files: [] }, settings);
    const why = (text: string): object => ({
      staysLive: false,
      why: expect.stringContaining(text),
    });
    expect(await kept()).toEqual(why('has no release 1.0.0'));
    const store = await openReleaseStore(url);
    const { release } = await putRelease(store, writeBuild(path.join(url, 'dist')));
    const live = { version: release.version, id: release.id };
    expect(await kept(live)).toEqual(why('as staged'));
    await activateRelease(store, release.version);
    await store.close();
    expect(await kept(live)).toEqual({ staysLive: true });
    expect(await kept({ ...live, id: 'rel_0000000000000000' })).toEqual(why('another build'));
  });

  test('never because of a store that the deploy can not read', async () => {
    for (const [value, text] of [
      [{ secret: 'shop', key: 'releases' }, 'is a Secret'],
      ['/data/releases', 'is a folder of the pods'],
      ['ftp://host/releases', "can't be read"],
    ] as const) {
      const kept = await findKept(LIVE, { files: [] }, { env: { GATI_RELEASES: value } });
      expect(kept).toEqual({ staysLive: false, why: expect.stringContaining(text) });
    }
  });
});
