import type { Storage } from '../../types/data.ts';
import { STORAGE } from './span-table.ts';
import type { SpanScopes } from './span-scopes.ts';

const OPERATIONS = [
  'hasItem',
  'getItem',
  'setItem',
  'removeItem',
  'getItemRaw',
  'setItemRaw',
  'getKeys',
  'clear',
] as const;

/** Returns the storage with calls that are spans. */
export function traceStorage<Opened extends Storage>(tracer: SpanScopes, storage: Opened): Opened {
  const traced = { ...storage } as unknown as Record<string, unknown>;
  for (const operation of OPERATIONS) {
    const call = storage[operation] as (key?: string, ...rest: unknown[]) => unknown;
    traced[operation] = (key?: string, ...rest: unknown[]) =>
      tracer.observe(STORAGE, { operation, key: String(key ?? '') }, () => call(key, ...rest));
  }
  return traced as unknown as Opened;
}
