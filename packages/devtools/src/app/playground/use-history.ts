import { type Ref, shallowRef } from 'vue';
import type { Draft } from './draft.ts';
import { addEntry, type HistoryEntry, parseHistory } from './history.ts';

/** Sent requests in this browser, for one app. */
export interface History {
  list: Ref<HistoryEntry[]>;
  /** Returns the id of the entry. */
  add(draft: Draft): string;
  change(id: string, part: Partial<HistoryEntry>): void;
  remove(id: string): void;
  /** Removes all entries that are not pinned. */
  clear(): void;
}

export function useHistory(app: string): History {
  const key = `gati-playground-history:${app}`;
  const list = shallowRef(parseHistory(localStorage.getItem(key)));
  const store = (next: HistoryEntry[]): void => {
    list.value = next;
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // The storage is full. The list stays for this visit.
    }
  };
  return {
    list,
    add(draft) {
      const id = crypto.randomUUID();
      store(addEntry(list.value, { id, time: Date.now(), draft }));
      return id;
    },
    change: (id, part) =>
      store(list.value.map((entry) => (entry.id === id ? { ...entry, ...part } : entry))),
    remove: (id) => store(list.value.filter((entry) => entry.id !== id)),
    clear: () => store(list.value.filter(({ isPinned }) => isPinned)),
  };
}
