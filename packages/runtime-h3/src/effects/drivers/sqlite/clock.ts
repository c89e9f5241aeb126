/** Milliseconds. */
export interface Clock {
  /** Epoch milliseconds; people and NTP may set this clock. */
  wall(): number;
  /** Monotonic milliseconds. */
  monotonic(): number;
}

export const CLOCK: Clock = { wall: () => Date.now(), monotonic: () => performance.now() };

/**
 * Change of the offset between the clocks above which the wall clock counts as set. Milliseconds.
 */
const JUMP = 1000;

/** Returns a function that says whether the wall clock was set since its last call. */
export function createJumpDetector({ wall, monotonic }: Clock): () => boolean {
  let offset = wall() - monotonic();
  return () => {
    const now = wall() - monotonic();
    const jumped = Math.abs(now - offset) > JUMP;
    offset = now;
    return jumped;
  };
}
