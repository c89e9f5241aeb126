import { HOUR_STEP, LONG_STEP, LONGEST_STEP, STEP } from '../../telemetry/record/metric-steps.ts';
import { timeOfId } from './record-ids.ts';
import type { Statements } from './statements.ts';

/** Returns the times from which on the store has all metrics and all log lines. */
export function readOldest(on: Statements): { metrics?: number; logs?: number } {
  const least = (sql: string, ...values: number[]): number[] => {
    const [row] = on.all(sql, ...values);
    return row?.least === null || row?.least === undefined ? [] : [Number(row.least)];
  };
  const metrics = [LONGEST_STEP, HOUR_STEP, LONG_STEP, STEP].flatMap((length) =>
    least('SELECT min(time) AS least FROM steps WHERE length = ?', length),
  );
  // Requests have lines too. The limit of bytes removes the oldest rows of both tables.
  const lines = ['requests', 'logs'].flatMap((table) =>
    least(`SELECT min(id) AS least FROM ${table}`).map(timeOfId),
  );
  return {
    ...(metrics.length > 0 && { metrics: Math.min(...metrics) }),
    ...(lines.length > 0 && { logs: Math.min(...lines) }),
  };
}
