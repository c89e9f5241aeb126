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
import type { Settings } from '../config/settings.ts';
import { CONTRACT_KEY, contractName } from '../objects/contract-map.ts';
import type { Target } from '../objects/target.ts';
import { findLive, findObject, type LiveState } from './live-state.ts';

const MANIFEST_LIMIT = 64 * 1_048_576;
const SHOWN = 10;

/** Returns the manifest of the live release; `undefined` if the cluster does not have it. */
export function readLiveManifest(target: Target, state: LiveState): Manifest | undefined {
  const live = findLive(state);
  if (!live) return undefined;
  const metadata = { name: contractName(target, live.revision), namespace: target.namespace };
  const found = findObject(state, { kind: 'ConfigMap', metadata });
  const data = (found?.['binaryData'] ?? {}) as Record<string, string>;
  const text = data[CONTRACT_KEY];
  if (text === undefined) return undefined;
  const bytes = gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MANIFEST_LIMIT });
  return parseManifest(bytes.toString('utf8'));
}

/**
 * Rejects a release that breaks promises of the live one, whose clients would then fail.
 *
 * @returns changes since the live release, and whether clients can still use that release
 * @throws {GatiError} GATI_DEPLOY_CONTRACT when the release breaks promises and does not serve the
 * live release too
 */
export function checkContract(
  before: Manifest,
  { manifest, files }: Pick<Build, 'manifest' | 'files'>,
  { settings, allowsMajor }: { settings: Settings; allowsMajor: boolean },
): { changes: Change[]; staysLive: boolean } {
  const { version } = before.release;
  const staysLive =
    Object.hasOwn(settings.env ?? {}, 'GATI_RELEASES') ||
    files.some(({ path }) => path.startsWith(`server/releases/${version}/`));
  const { changes } = diffManifests(before, manifest);
  const breaks = changes.filter(({ level }) => level === 'major');
  if (breaks.length === 0 || staysLive || allowsMajor) return { changes, staysLive };
  const shown = breaks.slice(0, SHOWN).map(({ route, message }) => `${route}: ${message}`);
  const more = breaks.length - shown.length;
  throw new GatiError({
    code: 'GATI_DEPLOY_CONTRACT',
    message: `${manifest.release.version} breaks ${count(breaks.length, 'promise')} of ${version}, which is live: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    fix: `Keep ${version} live beside it, with a release store or in the build, or deploy with \`--allow-major\`.`,
  });
}
