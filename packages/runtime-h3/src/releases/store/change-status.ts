import { isLive } from '@gati/contract';
import type { ReleaseMark, ReleaseStore, StoredRelease, StoreHead } from '../../ports.ts';
import { quarantinedError, storeError } from './errors.ts';
import { changeHead, statusOf } from './head.ts';
import { findRelease } from './read-release.ts';

/** Maximum number of rollbacks in a row. */
const MAX_BEFORE = 20;

export interface ActivateOptions {
  /** Activates a quarantined release too, and lets servers try the current one again. */
  force?: boolean;
}

/**
 * Makes a release current and live; the previous one stays live. Works for a deprecated, withdrawn
 * or retired release too, unless it was pruned.
 * @throws {GatiError} GATI_RELEASE_UNKNOWN when the store has no such version
 * @throws {GatiError} GATI_RELEASE_PRUNED when its files were pruned
 * @throws {GatiError} GATI_RELEASE_QUARANTINED when servers took it back, without `force`
 */
export async function activateRelease(
  store: ReleaseStore,
  version: string,
  { force = false }: ActivateOptions = {},
): Promise<StoreHead> {
  await findRelease(store, version);
  return changeHead(store, (head) => activatedHead(head, version, { force }));
}

/** Returns the head after an activation; `undefined` if it stays as it is. */
function activatedHead(
  head: StoreHead,
  version: string,
  { force = false }: ActivateOptions = {},
): StoreHead | undefined {
  const mark = Object.hasOwn(head.marks, version) ? head.marks[version] : undefined;
  if (mark?.pruned) throw prunedError(version);
  if (mark?.quarantine && !force) throw quarantinedError(version, mark.quarantine, head.current);
  if (head.current === version && mark?.status === 'live' && !force) return undefined;
  const before = [...head.before, ...(head.current === undefined ? [] : [head.current])].filter(
    (other) => other !== version,
  );
  const restored = head.activation?.version === version ? head.activation.mark : mark;
  return {
    current: version,
    before: before.slice(-MAX_BEFORE),
    marks: { ...head.marks, [version]: { status: 'live' } },
    activation: {
      version,
      at: new Date().toISOString(),
      ...(restored !== undefined && { mark: restored }),
    },
  };
}

/** Result of {@link rollbackRelease}. */
export interface RollbackResult {
  /** Version that is current now. */
  current: string;
  /** Version that was current. It only serves requests for exactly this version. */
  withdrawn: string;
  /** The mark of `current`, if it is deprecated. It stays deprecated. */
  deprecated?: ReleaseMark;
}

/**
 * Activates the release that was current before and withdraws the current one.
 *
 * @param check throws if the releases are not those that the caller saw. It gets the head that the
 *   rollback replaces, so no other change comes between.
 * @throws {GatiError} GATI_NO_ROLLBACK when no earlier release is live or deprecated
 */
export async function rollbackRelease(
  store: ReleaseStore,
  check: (head: StoreHead) => void = () => {},
): Promise<RollbackResult> {
  let done: RollbackResult | undefined;
  await changeHead(store, (head) => {
    check(head);
    const next = rolledBackHead(head);
    const [current, withdrawn] = [next.current!, head.current!];
    const mark = next.marks[current]!;
    done = { current, withdrawn, ...(mark.status === 'deprecated' && { deprecated: mark }) };
    return next;
  });
  return done!;
}

/** @throws {GatiError} GATI_NO_ROLLBACK when no earlier release is live or deprecated */
function rolledBackHead(head: StoreHead): StoreHead {
  const target = rollbackTarget(head);
  if (head.current === undefined || target === undefined) {
    throw storeError(
      'GATI_NO_ROLLBACK',
      `There is no release to go back to: ${head.current === undefined ? 'none was ever activated' : `no release before ${head.current} is still live or deprecated`}.`,
      'Choose one from `gati releases list` and activate it: `gati activate VERSION`.',
    );
  }
  return {
    current: target,
    before: head.before.slice(0, head.before.lastIndexOf(target)),
    marks: { ...head.marks, [head.current]: { status: 'withdrawn' } },
  };
}

/** Returns the version that a rollback would activate. */
export function rollbackTarget(head: StoreHead): string | undefined {
  return head.before.findLast((version) => isLive(statusOf(head, version)));
}

export interface DeprecateOptions {
  /** RFC 3339; default: now. */
  at?: string;
  /** RFC 3339: the announced end of the release. The store does not retire it at that time. */
  sunset?: string;
}

/**
 * Deprecates a release. It still serves requests, and response headers inform the clients.
 * @throws {GatiError} GATI_RELEASE_UNKNOWN when the store has no such version
 * @throws {GatiError} GATI_RELEASE_STATUS when the release is neither live nor deprecated
 */
export async function deprecateRelease(
  store: ReleaseStore,
  version: string,
  { at, sunset }: DeprecateOptions = {},
): Promise<StoreHead> {
  await findRelease(store, version);
  return changeHead(store, (head) => {
    const status = statusOf(head, version);
    if (!isLive(status)) throw statusError(version, status, 'only a live one can be deprecated');
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

/**
 * Retires a release: the server responds 410 to its requests, unless migrations serve them.
 * @throws {GatiError} GATI_RELEASE_UNKNOWN when the store has no such version
 * @throws {GatiError} GATI_RELEASE_STATUS when the release is current
 */
export async function retireRelease(store: ReleaseStore, version: string): Promise<StoreHead> {
  await findRelease(store, version);
  return changeHead(store, (head) => retiredHead(head, version));
}

function retiredHead(head: StoreHead, version: string): StoreHead | undefined {
  if (head.current === version) throw statusError(version, 'current', 'activate another one first');
  if (statusOf(head, version) === 'retired') return undefined;
  return {
    ...head,
    before: head.before.filter((other) => other !== version),
    marks: { ...head.marks, [version]: { ...head.marks[version], status: 'retired' } },
  };
}

/** A change of the head that {@link predictHead} can predict. */
export type HeadChange = 'activate' | 'rollback' | 'retire';

/**
 * Returns the head that a change would make of this one, without changing the store.
 *
 * @param version release that is activated or retired; a rollback has none
 * @throws {GatiError} the errors of the change itself
 */
export function predictHead(head: StoreHead, change: HeadChange, version = ''): StoreHead {
  if (change === 'rollback') return rolledBackHead(head);
  return (
    (change === 'activate' ? activatedHead(head, version) : retiredHead(head, version)) ?? head
  );
}

/**
 * Gives a release a label such as `stable`, or removes it.
 *
 * @param label 1 to 40 characters; `undefined` removes it
 * @throws {GatiError} GATI_RELEASE_UNKNOWN when the store has no such version
 */
export async function labelRelease(
  store: ReleaseStore,
  version: string,
  label: string | undefined,
): Promise<StoreHead> {
  await findRelease(store, version);
  return changeHead(store, (head) => {
    const { [version]: _old, ...labels } = head.labels ?? {};
    return { ...head, labels: label === undefined ? labels : { ...labels, [version]: label } };
  });
}

function prunedError(version: StoredRelease['version']): Error {
  return storeError(
    'GATI_RELEASE_PRUNED',
    `The files of release ${version} are no longer in the store: \`gati releases prune\` removed them.`,
    'Build its sources again, which makes a new release.',
  );
}

function statusError(version: string, status: string, why: string): Error {
  return storeError(
    'GATI_RELEASE_STATUS',
    `Release ${version} is ${status}: ${why}.`,
    'See `gati releases list` for the status of each release.',
  );
}
