import type { DiffPolicy } from '../diff/change.ts';
import { type Diff, diffContracts, toDiff } from '../diff/diff-contracts.ts';
import { DIFF_RULES } from '../diff/rules.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { canonicalJson } from '../schema/canonical.ts';

type Compared = Pick<Manifest, 'contract' | 'release' | 'native'>;

/**
 * Compares two builds like {@link diffContracts}. Different code or different native packages under
 * the same contract are a patch. If one of the builds has no code digest, only the contracts count.
 */
export function diffManifests(before: Compared, after: Compared, policy: DiffPolicy = {}): Diff {
  const diff = diffContracts(before.contract, after.contract, policy);
  const [old, now] = [before.release.code, after.release.code];
  if (diff.bump !== 'none' || old === undefined || now === undefined) return diff;
  if (old === now && canonicalJson(before.native ?? null) === canonicalJson(after.native ?? null))
    return diff;
  const rule = 'code-changed';
  return toDiff([
    {
      route: '*',
      path: '',
      rule,
      level: DIFF_RULES[rule].request,
      message: DIFF_RULES[rule].message({}),
    },
  ]);
}
