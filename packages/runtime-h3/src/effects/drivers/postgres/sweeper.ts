import type { Connection } from './connection.ts';
import { KEY_MEMORY } from './insert-jobs.ts';

/** Milliseconds. */
const INTERVAL = 60_000;
/** Maximum number of jobs that one statement removes. */
const BATCH = 5000;
/** Number of completed jobs that stay visible. Jobs with a key stay as long as the key. */
const KEPT_JOBS = 100_000;

/** Removes old ended jobs from time to time. Returns a function that stops it. */
export function startSweeper(
  connection: Connection,
  statement: string,
  onError: (error: Error) => void,
): () => void {
  const sweep = async (): Promise<void> => {
    for (;;) {
      const { rows } = await connection.query(statement, [KEY_MEMORY, KEPT_JOBS, BATCH]);
      const [{ gone }] = rows as [{ gone: number }];
      if (gone < BATCH) return;
    }
  };
  const timer = setInterval(() => void sweep().catch(onError), INTERVAL);
  timer.unref();
  return () => clearInterval(timer);
}
