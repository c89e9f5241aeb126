import { type Contract, type Manifest, proposeVersion } from '@gati/contract';
import type { ResolvedOptions } from '../options.ts';
import { openHistory } from './history.ts';

/** Returns the version that a release with this contract would get. */
export type VersionProposer = (contract: Contract) => Promise<string>;

export interface ProposerTarget {
  /** Absolute. */
  root: string;
  /** Version of `package.json`. */
  app: { version: string };
  options: Pick<ResolvedOptions, 'breaking'>;
}

/** Content of the store when it was last read. */
interface StoreState {
  base: Manifest | undefined;
  /** Ids of releases by version. */
  taken: Map<string, string>;
}

/** Milliseconds between two reads of the store, which may be slow, while an editor saves often. */
const READ_INTERVAL = 5000;

/**
 * Creates a version proposer that reads the release store of the app. A contract that equals that
 * of the last release gets the version of that release, because code can only be compared once it
 * is bundled. If the store can't be read, there is no last release; a build reports the error.
 */
export function createVersionProposer({ root, app, options }: ProposerTarget): VersionProposer {
  let state: StoreState | undefined;
  let validUntil = 0;
  return async (contract) => {
    if (performance.now() > validUntil) {
      state = await readStore(root).catch(() => undefined);
      validUntil = performance.now() + READ_INTERVAL;
    }
    const { base, taken = new Map<string, string>() } = state ?? {};
    return proposeVersion({
      contract,
      code: base?.release.code,
      native: base?.native,
      declared: app.version,
      base,
      releaseIds: taken,
      // There is no id before the code is bundled, so a version that is taken belongs to another
      // release.
      idOf: () => '',
      policy: options.breaking,
    }).version;
  };
}

async function readStore(root: string): Promise<StoreState> {
  const { base, releases, store } = await openHistory(root);
  await store.close();
  return { base, taken: new Map(releases.map(({ version, id }) => [version, id])) };
}
