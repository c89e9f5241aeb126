import { applyPayloadSteps } from './apply-steps.ts';
import { stepsTo } from './chain.ts';
import type { MigrationFile } from '../../types/migration.ts';

/**
 * Migrates a payload (as JSON) that the release `from` enqueued, for the release `target`. Returns
 * `undefined` when no migration has the effect.
 */
export async function migratePayload(
  migrations: readonly MigrationFile[],
  target: string,
  { effect, payload, from }: { effect: string; payload: unknown; from: string },
): Promise<{ payload: unknown } | undefined> {
  const steps = stepsTo(from, migrations, target);
  return steps && applyPayloadSteps(steps, effect, payload);
}
