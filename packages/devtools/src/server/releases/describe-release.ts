import { statusOf, type StoredRelease, type StoreHead } from '@gati/runtime-h3/releases';
import type { ReleaseItem } from '../../api/releases.ts';

export function toReleaseItem(
  { version, id, date, files }: StoredRelease,
  head: StoreHead,
): Omit<ReleaseItem, 'red'> {
  const { pruned = false, quarantine, deprecatedAt, sunsetAt } = head.marks[version] ?? {};
  const label = head.labels?.[version];
  return {
    version,
    id,
    date,
    status: statusOf(head, version),
    isCurrent: head.current === version,
    isPruned: pruned,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    ...(label !== undefined && { label }),
    ...(deprecatedAt !== undefined && { deprecatedAt }),
    ...(sunsetAt !== undefined && { sunsetAt }),
    ...(quarantine !== undefined && { quarantine }),
  };
}
