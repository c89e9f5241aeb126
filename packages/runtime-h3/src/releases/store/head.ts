import { setTimeout as sleep } from 'node:timers/promises';
import {
  compareSemver,
  isLive,
  parseSemver,
  type ReleaseInfo,
  type ReleaseStatus,
} from '@gati/contract';
import type { ReleaseStore, StoredRelease, StoreHead } from '../../ports.ts';
import { storeError } from './errors.ts';

/** Head of a store in which no release was ever activated. */
export const EMPTY_HEAD: StoreHead = { before: [], marks: {} };

/**
 * Number of attempts to change the head. Racing deployments need far fewer: a store that rejects a
 * change this often is broken.
 */
const ATTEMPTS = 50;

/** Returns the status of a release. One without a mark is staged. */
export function statusOf(head: StoreHead, version: string): ReleaseStatus {
  return (Object.hasOwn(head.marks, version) && head.marks[version]?.status) || 'staged';
}

/** Returns the versions of the live and deprecated releases, highest first. */
export function liveVersions(head: StoreHead): string[] {
  return Object.keys(head.marks)
    .filter((version) => isLive(statusOf(head, version)) && parseSemver(version))
    .sort((a, b) => compareSemver(parseSemver(b)!, parseSemver(a)!));
}

/** Converts a stored release for the version resolver. */
export function toReleaseInfo({ version, id, date }: StoredRelease, head: StoreHead): ReleaseInfo {
  return { version, id, date, status: statusOf(head, version) };
}

/**
 * Changes the head by compare-and-swap. When another process changed it first, `change` runs again
 * with the newer head. When `change` returns `undefined`, the head stays.
 * @throws {GatiError} GATI_STORE_BUSY when other processes changed the head 50 times in a row
 */
export async function changeHead(
  store: ReleaseStore,
  change: (head: StoreHead) => StoreHead | undefined,
): Promise<StoreHead> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { head, tag } = await store.head();
    const next = change(head);
    if (!next) return head;
    // Labels outlive a change that does not name them.
    const full = head.labels && !next.labels ? { ...next, labels: head.labels } : next;
    if (await store.moveHead(full, tag)) return full;
    // The jitter keeps two writers from colliding again.
    await sleep(Math.random() * 10 * Math.min(attempt + 1, 20));
  }
  throw storeError(
    'GATI_STORE_BUSY',
    `Other processes changed the head of the release store ${store.url} ${ATTEMPTS} times in a row.`,
    'Try again when the other deployments are done.',
  );
}
