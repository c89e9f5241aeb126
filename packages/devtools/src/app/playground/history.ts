import type { Draft } from './draft.ts';
import { withoutSecrets } from './secrets.ts';

/** A request that was sent, without its secrets and without its response. */
export interface HistoryEntry {
  id: string;
  /** Epoch milliseconds. */
  time: number;
  /** Set by the user. */
  name?: string;
  isPinned?: true;
  draft: Draft;
  /** Absent if there was no response. */
  status?: number;
  ms?: number;
  traceId?: string;
}

/** Maximum number of entries. Pinned ones count, but only others are removed. */
export const MAX_ENTRIES = 200;
/** Maximum number of characters of a stored body. */
const MAX_BODY = 16_384;

/** Adds an entry in front, and removes the oldest that is not pinned if there are too many. */
export function addEntry(list: readonly HistoryEntry[], entry: HistoryEntry): HistoryEntry[] {
  const { draft } = withoutSecrets(entry.draft);
  const short = (text: string): string => (text.length > MAX_BODY ? '' : text);
  const stored = {
    ...entry,
    draft: { ...draft, body: short(draft.body), message: short(draft.message) },
  };
  const all = [stored, ...list];
  while (all.length > MAX_ENTRIES) {
    const oldest = all.findLastIndex(({ isPinned }) => !isPinned);
    all.splice(oldest <= 0 ? all.length - 1 : oldest, 1);
  }
  return all;
}

/** Pinned entries first, then the newest. */
export const sortEntries = (list: readonly HistoryEntry[]): HistoryEntry[] => [
  ...list.filter(({ isPinned }) => isPinned),
  ...list.filter(({ isPinned }) => !isPinned),
];

/** Reads stored entries. Another program may have written anything there. */
export function parseHistory(text: string | null): HistoryEntry[] {
  try {
    const list = JSON.parse(text ?? '[]') as unknown;
    if (!Array.isArray(list)) return [];
    return list.filter(isEntry).slice(0, MAX_ENTRIES);
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is HistoryEntry {
  const { id, time, draft } = (value ?? {}) as Partial<HistoryEntry>;
  return (
    typeof id === 'string' &&
    typeof time === 'number' &&
    typeof draft?.route === 'string' &&
    typeof draft.body === 'string' &&
    Array.isArray(draft.rows)
  );
}
