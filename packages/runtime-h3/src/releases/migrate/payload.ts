import { raisePayload } from './apply.ts';
import { stepsTo } from './chain.ts';
import type { MigrationSlot } from './types.ts';

/** A payload (as JSON) that the release `from` queued, as the release `target` takes it; `undefined`: nothing is said about it. */
export async function migratePayload(
  slots: readonly MigrationSlot[],
  target: string,
  { effect, payload, from }: { effect: string; payload: unknown; from: string },
): Promise<{ payload: unknown } | undefined> {
  const steps = stepsTo(from, slots, target);
  return steps && raisePayload(steps, effect, payload);
}
