import { applyPayloadSteps } from './apply-steps.ts';
import { stepsTo } from './chain.ts';
import type { MigrationFile } from '../../types/migration.ts';

/** A payload (as JSON) that the release `from` queued, as the release `target` takes it; `undefined`: nothing is said about it. */
export async function migratePayload(
  migrations: readonly MigrationFile[],
  target: string,
  { effect, payload, from }: { effect: string; payload: unknown; from: string },
): Promise<{ payload: unknown } | undefined> {
  const steps = stepsTo(from, migrations, target);
  return steps && applyPayloadSteps(steps, effect, payload);
}
