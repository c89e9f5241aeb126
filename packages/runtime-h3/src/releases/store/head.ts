import type { ReleaseInfo, ReleaseStatus } from '@gati/contract';
import type { ReleaseStore, StoredRelease, StoreHead } from '../../ports.ts';
import { storeError } from './errors.ts';

/** Of a store that nothing was activated in. */
export const EMPTY_HEAD: StoreHead = { before: [], marks: {} };

/** Far more than racing deployers need; a store that refuses this often is broken. */
const ATTEMPTS = 50;

export function statusOf(head: StoreHead, version: string): ReleaseStatus {
  return (Object.hasOwn(head.marks, version) && head.marks[version]?.status) || 'staged';
}

/** What the version resolver wants to know of a store. */
export function toReleaseInfo({ version, id, date }: StoredRelease, head: StoreHead): ReleaseInfo {
  return { version, id, date, status: statusOf(head, version) };
}

/** Moves the head to what `change` makes of it, again on a newer head where somebody else was first. `undefined` from `change`: nothing to do. */
export async function changeHead(
  store: ReleaseStore,
  change: (head: StoreHead) => StoreHead | undefined,
): Promise<StoreHead> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { head, tag } = await store.head();
    const next = change(head);
    if (!next) return head;
    if (await store.moveHead(next, tag)) return next;
    // The jitter keeps two writers from meeting again and again.
    await new Promise((resolve) =>
      setTimeout(resolve, Math.random() * 10 * Math.min(attempt + 1, 20)),
    );
  }
  throw storeError(
    'GATI_STORE_BUSY',
    `The head of the release store ${store.url} was moved by others ${ATTEMPTS} times in a row.`,
    'Try again when the other deployments are done.',
  );
}
