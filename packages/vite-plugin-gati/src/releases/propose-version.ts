import { type Contract, type Manifest, proposeVersion } from '@gati/contract';
import type { ResolvedOptions } from '../options.ts';
import { openHistory } from './history.ts';

/** Gives the version that the sources would be released under, as far as their contract tells. */
export type VersionProposer = (contract: Contract) => Promise<string>;

export interface ProposerTarget {
  /** Absolute. */
  root: string;
  /** What `package.json` says. */
  app: { version: string };
  options: Pick<ResolvedOptions, 'breaking'>;
}

interface Known {
  base: Manifest | undefined;
  /** Ids by version. */
  taken: Map<string, string>;
}

/** Milliseconds for which the store is not read again: it may be far away, and an editor saves often. */
const FRESH = 5000;

/**
 * A contract that is the last release's keeps that version, since what is called by it is there: whether the code is the same is known only when it is
 * bundled. A store that can't be read is none here; what is wrong with it the build says.
 */
export function createVersionProposer({ root, app, options }: ProposerTarget): VersionProposer {
  let known: Known | undefined;
  let until = 0;
  return async (contract) => {
    if (performance.now() > until) {
      known = await read(root).catch(() => undefined);
      until = performance.now() + FRESH;
    }
    const { base, taken = new Map<string, string>() } = known ?? {};
    return proposeVersion({
      contract,
      code: base?.release.code,
      native: base?.native,
      declared: app.version,
      base,
      releaseIds: taken,
      // It has no id before it is bundled, so a version that is taken is another release's.
      idOf: () => '',
      policy: options.breaking,
    }).version;
  };
}

async function read(root: string): Promise<Known> {
  const { base, releases, store } = await openHistory(root);
  await store.close();
  return { base, taken: new Map(releases.map(({ version, id }) => [version, id])) };
}
