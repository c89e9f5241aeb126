import { createHash } from 'node:crypto';
import path from 'node:path';
import { toApiChangelog, type ChangelogRelease } from '../emit/changelog.ts';
import type { EmittedFile } from '../emit/docker.ts';
import { digestOf } from '../emit/manifest.ts';
import { toPackageName, toTarballName } from '../emit/sdk/names.ts';
import { readPackageFields } from '../files/package-json.ts';
import { readText } from '../files/read-text.ts';
import { writeChanged } from '../files/write-changed.ts';
import { openSdkCache } from './sdk-cache.ts';
import { readSdkRuntime } from './sdk-runtime.ts';

const SDK_DIR = 'sdk';
const LICENSES = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'LICENCE.md', 'LICENCE.txt'];
/** Raised whenever the same input gives other bytes. */
const FORMAT = 1;

/** Where the SDK of a release stands, from the root of the app. */
export function sdkFile({ name, version }: { name: string; version: string }): string {
  return `${SDK_DIR}/${toTarballName(toPackageName(name), version)}`;
}

export interface SdkOptions {
  root: string;
  /** The build, then the releases before it. */
  told: [ChangelogRelease, ...ChangelogRelease[]];
  base: string;
  /** The release store that the build was compared with. */
  store: { url: string; versions: string[] };
}

export interface WrittenSdk {
  /** From the root. */
  file: string;
  bytes: number;
}

/** Makes `sdk/<app>-<version>.tgz`; what was made of the same input stays. Of other versions those go that an earlier build proposed and nobody released. */
export async function writeSdk({ root, told, base, store }: SdkOptions): Promise<WrittenSdk> {
  const { name, release, contract } = told[0].manifest;
  const file = sdkFile({ name, version: release.version });
  const fields = readPackageFields(root);
  const license = readLicense(root);
  const runtime = readSdkRuntime();
  // The date of a release is known when it is put into the store, and its SDK must not be another one then.
  const changelog = toApiChangelog([
    { manifest: told[0].manifest },
    ...(told.slice(1) as ChangelogRelease[]),
  ]);
  const key = hash(
    JSON.stringify([
      FORMAT,
      name,
      release.version,
      digestOf(contract),
      base,
      changelog,
      fields,
      license,
      runtime,
    ]),
  );

  const cache = openSdkCache(root);
  cache.removeProposals(store, release.version);
  const before = cache.find(file, key);
  if (before) {
    cache.set(file, { key, digest: hash(before), version: release.version, store: store.url });
    return { file, bytes: before.length };
  }

  // Loaded by the builds that need it.
  const [{ toSdkFiles }, { toTarball }] = await Promise.all([
    import('../emit/sdk/files.ts'),
    import('./tarball.ts'),
  ]);
  const tarball = await toTarball(
    toSdkFiles({ manifest: told[0].manifest, changelog, base, fields, license, runtime }),
  );
  await writeChanged(path.join(root, file), tarball);
  cache.set(file, { key, digest: hash(tarball), version: release.version, store: store.url });
  return { file, bytes: tarball.length };
}

function readLicense(root: string): EmittedFile | undefined {
  for (const name of LICENSES) {
    const text = readText(path.join(root, name));
    if (text !== undefined) return { path: name, text };
  }
  return undefined;
}

const hash = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
