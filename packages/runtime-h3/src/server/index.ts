import { WORKER_MARK, type WorkerKind } from './messages.ts';
import type { ServerOptions } from './options.ts';

export type { ServerOptions } from './options.ts';

/**
 * Runs this process as the supervisor, which starts the same file again as its workers.
 * Ends the process with code 1 and one message where the server can't start.
 */
export async function startServer(options: ServerOptions): Promise<void> {
  if (process.env[WORKER_MARK] && process.send) {
    const kind = process.env[WORKER_MARK] as WorkerKind;
    // What the app spawns is no worker of ours.
    delete process.env[WORKER_MARK];
    const { work } = await import('./worker.ts');
    return work(options, kind);
  }
  const { supervise } = await import('./supervisor.ts');
  return supervise();
}
