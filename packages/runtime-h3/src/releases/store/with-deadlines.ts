import type { ReleaseStore } from '../../ports.ts';

/** Milliseconds for a read that servers repeat, and for one that may read much. */
const SHORT = 10_000;
const LONG = 120_000;

/**
 * Gives each read of a store a deadline, for drivers that can't abort: an unavailable network file
 * system would otherwise block a server forever.
 */
export function withDeadlines(
  store: ReleaseStore,
  { short = SHORT, long = LONG }: { short?: number; long?: number } = {},
): ReleaseStore {
  return {
    ...store,
    list: (onDamaged) => within(store.list(onDamaged), long, store.url),
    head: () => within(store.head(), short, store.url),
    tag: () => within(store.tag(), short, store.url),
    blob: (sha256, most) => within(store.blob(sha256, most), long, store.url),
    notes: () => within(store.notes(), long, store.url),
  };
}

async function within<Value>(
  reading: Promise<Value>,
  milliseconds: number,
  url: string,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The store ${url} did not respond within ${milliseconds / 1000} s.`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}
