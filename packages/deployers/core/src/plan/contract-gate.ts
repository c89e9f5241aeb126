import { gunzipSync } from 'node:zlib';
import {
  type Change,
  diffManifests,
  GatiError,
  type Manifest,
  parseManifest,
} from '@gati/contract';
import { count } from '@gati/contract/internal';
import type { Build } from '../build/read-build.ts';
import { CONTRACT_KEY, contractName } from '../objects/contract-map.ts';
import type { Target } from '../objects/target.ts';
import { findLive, findObject, type LiveState } from './live-state.ts';

const MANIFEST_LIMIT = 64 * 1_048_576;
const SHOWN = 10;

/** The live release, and its contract if the cluster has it. */
export interface LiveContract {
  version: string;
  id: string;
  manifest?: Manifest;
}

/** Whether clients of the live release can still use it after the deploy. */
export interface Kept {
  staysLive: boolean;
  /** Why a release store does not keep the release live, as a sentence for users. */
  why?: string;
}

/** Returns the contract of the live release; `undefined` if no release is live. */
export function readLiveContract(target: Target, state: LiveState): LiveContract | undefined {
  const live = findLive(state);
  if (!live) return undefined;
  const metadata = { name: contractName(target, live.revision), namespace: target.namespace };
  const found = findObject(state, { kind: 'ConfigMap', metadata });
  const manifest = unpack(((found?.['binaryData'] ?? {}) as Record<string, string>)[CONTRACT_KEY]);
  return { version: live.version, id: live.release, ...(manifest && { manifest }) };
}

/** Returns the contract of a ConfigMap; `undefined` if there is none, or it is damaged. */
function unpack(text: string | undefined): Manifest | undefined {
  if (text === undefined) return undefined;
  try {
    const bytes = gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MANIFEST_LIMIT });
    return parseManifest(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Whether a build bundles the code of a release. */
export const hasBundled = ({ files }: Pick<Build, 'files'>, version: string): boolean =>
  files.some(({ path }) => path.startsWith(`server/releases/${version}/`));

/**
 * Rejects a release whose contract breaks clients of the live release. If the contract of the live
 * release is missing, the two can't be compared, so the new release is rejected too.
 *
 * @returns changes since the live release
 * @throws {GatiError} GATI_DEPLOY_CONTRACT when the release breaks or may break clients, and the
 *   live release does not stay live
 */
export function checkContract(
  { version, manifest: before }: LiveContract,
  { manifest }: Pick<Build, 'manifest'>,
  { kept, allowsMajor }: { kept: Kept; allowsMajor: boolean },
): { changes: Change[] } {
  const { changes } = before ? diffManifests(before, manifest) : { changes: [] };
  const breaks = changes.filter(({ level }) => level === 'major');
  if ((before && breaks.length === 0) || kept.staysLive || allowsMajor) return { changes };
  const shown = breaks.slice(0, SHOWN).map(({ route, message }) => `${route}: ${message}`);
  const more = breaks.length - shown.length;
  const keep = `Keep ${version} live beside it, with a release store or in the build`;
  const note = kept.why === undefined ? '' : ` ${kept.why}`;
  throw new GatiError({
    code: 'GATI_DEPLOY_CONTRACT',
    message: before
      ? `${manifest.release.version} breaks ${count(breaks.length, 'promise')} of ${version}, which is live: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`
      : `The cluster does not have the contract of ${version}, which is live, so ${manifest.release.version} can't be compared with it.`,
    fix: before
      ? `${keep}, or deploy with \`--allow-major\`.${note}`
      : `Compare them with \`gati diff\`, then deploy with \`--allow-major\`. Or: ${keep[0]!.toLowerCase()}${keep.slice(1)}.${note}`,
  });
}
