import { isGatiError, isLive } from '@gati/contract';
import { redactUrls } from '@gati/contract/internal';
import { findRelease, openReleaseStore, statusOf } from '@gati/runtime-h3/releases';
import type { Build } from '../build/read-build.ts';
import type { Settings } from '../config/settings.ts';
import { hasBundled, type Kept, type LiveContract } from './contract-gate.ts';

const STORE = 'GATI_RELEASES';

/**
 * Returns whether clients can use the live release after the deploy: from the build, or from the
 * release store that the servers follow. A store that the deploy can't read does not count, because
 * it may lack the release.
 */
export async function findKept(
  live: LiveContract,
  build: Pick<Build, 'files'>,
  settings: Settings,
): Promise<Kept> {
  if (hasBundled(build, live.version)) return { staysLive: true };
  const { env = {}, releases } = settings;
  const url = Object.hasOwn(env, STORE) ? env[STORE] : undefined;
  if (url === undefined) return { staysLive: false };
  const kept = (why: string): Kept => ({ staysLive: false, why });
  if (typeof url !== 'string')
    return kept(`\`env.${STORE}\` is a Secret, which the deploy does not read.`);
  const isRemote = /^[a-z][a-z0-9+.-]+:/i.test(url) && !/^file:/i.test(url);
  // A folder is the same for the pods and this machine only if `releases` names it too.
  if (!isRemote && url !== releases)
    return kept(`\`env.${STORE}\` is a folder of the pods, which the deploy can't read.`);
  try {
    const why = await whyNot(url, live);
    return why === undefined ? { staysLive: true } : kept(`The release store ${why}.`);
  } catch (error) {
    const said = isGatiError(error) ? error.message : String((error as Error)?.message ?? error);
    return kept(`The release store ${redactUrls(url)} can't be read: ${redactUrls(said)}`);
  }
}

/** Returns why servers that follow a store do not serve a release. */
async function whyNot(url: string, { version, id }: LiveContract): Promise<string | undefined> {
  const store = await openReleaseStore(url);
  try {
    const status = statusOf((await store.head()).head, version);
    const stored = await findRelease(store, version);
    if (stored.id !== id) return `has another build of ${version}`;
    return isLive(status) ? undefined : `has ${version} as ${status}`;
  } finally {
    await store.close();
  }
}
