/** Milliseconds between two looks. */
const PAUSE = 20;
/**
 * Milliseconds before a wait fails. Long, since a passing test never waits for it, and a loaded
 * machine may take many times as long as a quiet one.
 */
export const WAIT_LIMIT = 60_000;

/** How long to wait, and what a failure says. */
export interface WaitOptions {
  /** Milliseconds before the wait fails; {@link WAIT_LIMIT} by default. */
  within?: number;
  /** Text that a failure adds to its message, such as the output of a process. */
  explain?(): string;
  /** Why more waiting is useless, such as "the server ended"; `false` while it is not. */
  giveUp?(): string | false;
}

/**
 * Calls `look` until it returns a value other than `undefined`, `null` or `false`, and returns that
 * value. An error of `look` counts as "not yet"; the last one becomes the cause of the failure.
 *
 * @param what completes "Not within 60000 ms: …"
 *
 * @example
 * await until('the edit is served', async () => (await call(url)).body === 'edited');
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { within = WAIT_LIMIT, explain, giveUp }: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + within;
  let cause: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false)
        return found as Exclude<T, undefined | null | false>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    const reason =
      giveUp?.() || (performance.now() > deadline && `Not within ${within} ms`) || undefined;
    if (reason !== undefined)
      throw new Error([`${reason}: ${what}`, explain?.()].filter(Boolean).join('\n'), { cause });
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/**
 * Runs an assertion again until it passes, and returns its result. When the time is up, the last
 * error is thrown, with its diff; its message says how long the assertion was tried.
 *
 * @param within milliseconds
 *
 * @example
 * await eventually(async () => expect((await ask(dev, '/a')).body).toBe('edited'));
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  within = WAIT_LIMIT,
): Promise<Awaited<T>> {
  const deadline = performance.now() + within;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > deadline) {
        if (error instanceof Error) error.message = `Not within ${within} ms: ${error.message}`;
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}
