/**
 * Runs `work` for each item, `width` at a time. After an error it starts no more work, waits for
 * the running work and throws the first error, so that the caller can safely delete files.
 */
export async function forEachLimited<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  width = 8,
): Promise<void> {
  const queue = items.values();
  let failure: { error: unknown } | undefined;
  const runQueue = async (): Promise<void> => {
    for (const item of queue) {
      if (failure) return;
      await work(item).catch((error: unknown) => (failure ??= { error }));
    }
  };
  await Promise.all(Array.from({ length: width }, runQueue));
  if (failure) throw failure.error;
}
