import { computed, type ComputedRef, shallowReactive } from 'vue';
import type { SourcesUsed } from '../../api/sources.ts';

/** Sources of the documents that the page shows now, by document. */
const byDocument = shallowReactive(new Map<object, SourcesUsed>());

/** Records the sources of a document, or that they are those of no document any more. */
export function setSources(document: object, data: unknown): void {
  const { sources } = (data ?? {}) as { sources?: SourcesUsed };
  if (sources) byDocument.set(document, sources);
  else byDocument.delete(document);
}

/** The sources of all documents of the page, besides the store. */
export const pageSources: ComputedRef<SourcesUsed> = computed(() => {
  const all = [...byDocument.values()];
  return {
    used: [...new Set(all.flatMap(({ used }) => used))],
    notes: [...new Set(all.flatMap(({ notes }) => notes))],
  };
});
