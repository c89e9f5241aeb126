import type { QueueDriver } from '../../../ports.ts';
import { toPausedEffect } from '../shared/pauses.ts';
import type { Connection } from './connection.ts';

/**
 * Creates the calls that list, pause and resume effects.
 *
 * @param onReady called when a job may have become due
 */
export function createPauseCalls(
  connection: Connection,
  schema: string,
  onReady: () => void,
): Required<Pick<QueueDriver, 'paused' | 'setPaused'>> {
  return {
    async paused() {
      const rows = await connection.retryable<{ effect: string; pause: string }>(
        `SELECT effect, pause FROM ${schema}.pauses`,
        [],
      );
      return rows.map(({ effect, pause }) => toPausedEffect(effect, pause));
    },

    async setPaused(effect, pause) {
      if (pause === undefined)
        await connection.retryable(`DELETE FROM ${schema}.pauses WHERE effect = $1`, [effect]);
      else
        await connection.retryable(
          `INSERT INTO ${schema}.pauses VALUES ($1, $2) ON CONFLICT (effect) DO UPDATE SET pause = excluded.pause`,
          [effect, JSON.stringify(pause)],
        );
      onReady();
    },
  };
}
