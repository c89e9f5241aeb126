import { isLive } from '@gati/contract';
import type { ReleaseStore, StoredRelease, StoreHead } from '../../ports.ts';
import { storeError } from './errors.ts';
import { changeHead, statusOf } from './head.ts';
import { findRelease } from './read-release.ts';

/** Rollbacks go back this far. */
const REMEMBERED = 20;

/**
 * Makes a release current; what was current stays live. A deprecated, withdrawn or retired one becomes live by it, as long as its files are there.
 * @throws GatiError `GATI_RELEASE_UNKNOWN`, `GATI_RELEASE_PRUNED`
 */
export async function activateRelease(store: ReleaseStore, version: string): Promise<StoreHead> {
  await findRelease(store, version);
  return changeHead(store, (head) => {
    if (head.marks[version]?.pruned) throw pruned(version);
    if (head.current === version && statusOf(head, version) === 'live') return undefined;
    const before = [...head.before, ...(head.current === undefined ? [] : [head.current])].filter(
      (other) => other !== version,
    );
    return {
      current: version,
      before: before.slice(-REMEMBERED),
      marks: { ...head.marks, [version]: { status: 'live' } },
    };
  });
}

/** What {@link rollbackRelease} did. */
export interface RollbackResult {
  /** Version that is current now. */
  current: string;
  /** Version that was. It answers only who asks for exactly this one. */
  withdrawn: string;
}

/** Activates the release that was current before and withdraws the current one. @throws GatiError `GATI_NO_ROLLBACK` */
export async function rollbackRelease(store: ReleaseStore): Promise<RollbackResult> {
  let done: RollbackResult | undefined;
  await changeHead(store, (head) => {
    const target = rollbackTarget(head);
    if (head.current === undefined || target === undefined) {
      throw storeError(
        'GATI_NO_ROLLBACK',
        `There is no release to go back to: ${head.current === undefined ? 'none was ever activated' : `before ${head.current} none was active, or it is retired or withdrawn`}.`,
        'See `gati releases list` and name one: `gati activate VERSION`.',
      );
    }
    done = { current: target, withdrawn: head.current };
    return {
      current: target,
      before: head.before.slice(0, head.before.lastIndexOf(target)),
      marks: { ...head.marks, [head.current]: { status: 'withdrawn' } },
    };
  });
  return done!;
}

/** The one that a rollback would activate. */
export function rollbackTarget(head: StoreHead): string | undefined {
  return head.before.findLast((version) => isLive(statusOf(head, version)));
}

export interface DeprecateOptions {
  /** RFC 3339; default: now. */
  at?: string;
  /** RFC 3339: when it is going to be retired. Nothing happens by itself then. */
  sunset?: string;
}

/** Callers are told by headers; the release goes on answering. @throws GatiError `GATI_RELEASE_UNKNOWN`, `GATI_RELEASE_STATUS` */
export async function deprecateRelease(
  store: ReleaseStore,
  version: string,
  { at, sunset }: DeprecateOptions = {},
): Promise<StoreHead> {
  await findRelease(store, version);
  return changeHead(store, (head) => {
    const status = statusOf(head, version);
    if (!isLive(status)) throw wrongStatus(version, status, 'only a live one can be deprecated');
    const old = head.marks[version]!;
    const deprecatedAt = at ?? old.deprecatedAt ?? new Date().toISOString();
    const sunsetAt = sunset ?? old.sunsetAt;
    return {
      ...head,
      marks: {
        ...head.marks,
        [version]: {
          status: 'deprecated',
          deprecatedAt,
          ...(sunsetAt !== undefined && { sunsetAt }),
        },
      },
    };
  });
}

/** It answers 410 from now on. @throws GatiError `GATI_RELEASE_UNKNOWN`, `GATI_RELEASE_STATUS` where it is current. */
export async function retireRelease(store: ReleaseStore, version: string): Promise<StoreHead> {
  await findRelease(store, version);
  return changeHead(store, (head) => {
    if (head.current === version)
      throw wrongStatus(version, 'current', 'activate another one first');
    if (statusOf(head, version) === 'retired') return undefined;
    return {
      ...head,
      before: head.before.filter((other) => other !== version),
      marks: { ...head.marks, [version]: { ...head.marks[version], status: 'retired' } },
    };
  });
}

function pruned(version: StoredRelease['version']): Error {
  return storeError(
    'GATI_RELEASE_PRUNED',
    `The files of release ${version} are gone from the store: it was outside of the window when the store was pruned.`,
    'Build its sources again; that is a new release.',
  );
}

function wrongStatus(version: string, status: string, why: string): Error {
  return storeError(
    'GATI_RELEASE_STATUS',
    `Release ${version} is ${status}: ${why}.`,
    'See `gati releases list` for what each release is.',
  );
}
