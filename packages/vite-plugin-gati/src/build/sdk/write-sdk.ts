import { createHash } from 'node:crypto';
import path from 'node:path';
import { toApiChangelog, type ChangelogRelease } from '../../emit/changelog.ts';
import { toDocumentFacts } from '../../emit/document-facts.ts';
import type { ResolvedOptions } from '../../options.ts';
import type { EmittedFile } from '../../emit/file.ts';
import { toPackageName, toTarballName } from '../../emit/sdk/sdk-names.ts';
import { packageFolder, readPackageFields } from '../../files/package-json.ts';
import { readText } from '../../files/read-text.ts';
import { writeChanged } from '../../files/write-changed.ts';
import { openSdkCache } from './sdk-cache.ts';
import { readSdkRuntime } from './sdk-runtime.ts';

const SDK_DIR = 'sdk';
const LICENSES = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'LICENCE.md', 'LICENCE.txt'];
/**
 * Increase it when the same input gives different bytes, so that cached tarballs are made again.
 */
const FORMAT = 2;

/** Name of the SDK's package: the one of `gati({ sdk })`, otherwise that of the app. */
export function sdkName(app: string, { sdk }: Pick<ResolvedOptions, 'sdk'>): string {
  return sdk.name ?? toPackageName(app);
}

/** Returns the path of a release's SDK from the folder of the app's `package.json`. */
export function sdkFile(packageName: string, version: string): string {
  return `${SDK_DIR}/${toTarballName(packageName, version)}`;
}

export interface SdkOptions {
  root: string;
  /** This build, then the earlier releases. */
  releases: [ChangelogRelease, ...ChangelogRelease[]];
  options: ResolvedOptions;
  /** The release store that the version of the build was derived from. */
  store: { url: string; versions: string[] };
}

export interface WrittenSdk {
  /** Path from the folder of the app's `package.json`. */
  file: string;
  bytes: number;
  /** `true`: the file is the SDK of a release in another store, and this build did not replace it. */
  isOther?: boolean;
}

/**
 * Writes `sdk/<app>-<version>.tgz`, unless it was made from the same input before. Removes SDKs of
 * versions that earlier builds proposed and that were never released. Never replaces the SDK of a
 * released version: clients have it.
 */
export async function writeSdk({
  root,
  releases,
  options,
  store,
}: SdkOptions): Promise<WrittenSdk> {
  const [{ manifest }, ...earlier] = releases;
  const { name, release, contract } = manifest;
  const { base } = options;
  const packageName = sdkName(name, options);
  const file = sdkFile(packageName, release.version);
  const folder = packageFolder(root);
  const fields = readPackageFields(root);
  const facts = toDocumentFacts(fields, options);
  const license = readLicense(folder);
  const runtime = readSdkRuntime();
  // Leaves out the date: a release gets its date in the store, and that must not change its SDK.
  const changelog = toApiChangelog([{ manifest }, ...earlier]);
  const key = hash(
    JSON.stringify([
      FORMAT,
      name,
      packageName,
      release.version,
      contract,
      base,
      facts,
      changelog,
      fields,
      license,
      runtime,
    ]),
  );

  const cache = openSdkCache(root, folder);
  cache.markReleased(store.versions);
  cache.removeProposals(store, release.version);
  const isReleased = store.versions.includes(release.version);
  const entry = (bytes: Buffer): Parameters<typeof cache.set>[1] => ({
    key,
    digest: hash(bytes),
    version: release.version,
    store: store.url,
    ...(isReleased && { released: true }),
  });
  const before = cache.find(file, key);
  if (before) {
    cache.set(file, entry(before));
    return { file, bytes: before.length };
  }
  const released = cache.findReleased(file, release.version, store.versions);
  if (released) return { file, bytes: released.length, isOther: !isReleased };

  // Loaded late: most builds find the tarball in the cache.
  const [{ toSdkFiles }, { toTarball }] = await Promise.all([
    import('../../emit/sdk/sdk-files.ts'),
    import('./tarball.ts'),
  ]);
  const tarball = await toTarball(
    toSdkFiles({ manifest, changelog, packageName, base, facts, fields, license, runtime }),
  );
  await writeChanged(path.join(folder, file), tarball);
  cache.set(file, entry(tarball));
  return { file, bytes: tarball.length };
}

function readLicense(folder: string): EmittedFile | undefined {
  for (const name of LICENSES) {
    const text = readText(path.join(folder, name));
    if (text !== undefined) return { path: name, text };
  }
  return undefined;
}

const hash = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
