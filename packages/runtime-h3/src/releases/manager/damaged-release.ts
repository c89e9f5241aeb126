import { compareSemver, type Contract, isGatiError, parseSemver } from '@gati/contract';
import type { StoredRelease } from '../../ports.ts';
import { createKnownRelease } from './create-known-release.ts';
import { EMPTY_CONTRACT, type KnownRelease } from './known-release.ts';
import type { ReleaseRules } from './release-rules.ts';

/** Codes of errors that another try can't solve: the bytes in the store have changed. */
const DAMAGE: readonly string[] = [
  'GATI_RELEASE_DAMAGED',
  'GATI_MANIFEST_INVALID',
  'GATI_MANIFEST_FORMAT',
];

export function isDamage(error: unknown): boolean {
  return isGatiError(error) && DAMAGE.includes(error.code);
}

/**
 * Creates a release whose record or manifest is damaged. It keeps its place among the releases, so
 * that a range or a time never resolves to another release. A request that resolves to it gets 503.
 * No migration serves it.
 */
export async function createDamagedRelease(
  release: Pick<StoredRelease, 'version' | 'id' | 'date'>,
  error: unknown,
  rules: ReleaseRules,
): Promise<KnownRelease> {
  const bundle = (): Promise<string> => Promise.reject(error);
  const contract = (): Promise<Contract> => Promise.resolve(EMPTY_CONTRACT);
  const known = await createKnownRelease(release, { contract, bundle }, rules);
  delete known.match;
  delete known.contract;
  return known;
}

/**
 * Returns a date for a release whose record can't be read. Versions usually rise with time, so it
 * comes right after the date of the next lower version. `known`: releases with a readable record.
 */
export function guessDate(version: string, known: readonly StoredRelease[]): string {
  const own = parseSemver(version);
  const lower = known.filter((release) => {
    const other = parseSemver(release.version);
    return own !== undefined && other !== undefined && compareSemver(other, own) < 0;
  });
  const last = Math.max(0, ...lower.map(({ date }) => Date.parse(date) + 1));
  return new Date(last).toISOString();
}
