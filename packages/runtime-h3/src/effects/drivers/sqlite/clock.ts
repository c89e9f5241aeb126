/** Milliseconds. */
export interface Clock {
  /** Since the epoch; people and NTP set it. */
  wall(): number;
  /** Since some moment; only ever goes on. */
  steady(): number;
}

export const CLOCK: Clock = { wall: () => Date.now(), steady: () => performance.now() };

/** Further than this from the steady clock, the other one was set. */
const JUMP = 1000;

/** Says once of each time that the wall clock was set since it was asked last. */
export function createJumpWatch({ wall, steady }: Clock): () => boolean {
  let offset = wall() - steady();
  return () => {
    const now = wall() - steady();
    const jumped = Math.abs(now - offset) > JUMP;
    offset = now;
    return jumped;
  };
}
