import type { App } from '../../app/options.ts';
import type { Logger } from '../../types/context.ts';
import type { DrainState } from '../http/drain-state.ts';
import type { HttpServer } from './http-server.ts';
import type { WorkerEffects } from './worker-effects.ts';

/** Milliseconds beyond the drain time in which modules may still dispose of themselves. */
const GRACE = 1000;

export interface ExitOptions {
  app: App;
  effects: Pick<WorkerEffects, 'stop' | 'close'>;
  /** Disposes the modules of all releases. */
  closeReleases(within: number): Promise<void>;
  http: HttpServer;
  state: DrainState;
  /** Sends the supervisor the last metrics. */
  sendMetrics(): Promise<void>;
  /** Ends the open event streams of the panel. */
  closeControl(): void;
  /** Sends the waiting telemetry. */
  closeTelemetry(): Promise<void>;
  logger: Logger;
}

/** Drains the worker for at most `within` milliseconds, then exits with `code`. */
export type ExitWorker = (within: number, code: number) => void;

/** Creates the function with which a started worker exits. Only its first call has an effect. */
export function createExit(options: ExitOptions): ExitWorker {
  return (within, code) => {
    if (options.state.draining) return;
    setTimeout(() => process.exit(code), within + GRACE);
    void drain(options, within).finally(() => process.exit(code));
  };
}

/**
 * Ends a worker that gets no more connections. Each response is the last one of its connection.
 * Idle connections end by the keep-alive timeout, since closing one could cut off a request that is
 * arriving. After `within` milliseconds the worker destroys the rest.
 */
async function drain(
  {
    app,
    effects,
    closeReleases,
    http,
    sendMetrics,
    closeControl,
    closeTelemetry,
    logger,
  }: ExitOptions,
  within: number,
): Promise<void> {
  const deadline = Date.now() + within;
  const timeLeft = (): number => Math.max(0, deadline - Date.now());
  http.startDraining();
  closeControl();
  const late = new Promise<'late'>((resolve) => {
    setTimeout(() => resolve('late'), within);
  });
  if ((await Promise.race([Promise.all([app.drain(), http.whenEmpty()]), late])) === 'late') {
    if (app.inflight > 0)
      logger.warn('requests are cut off because they took longer than GATI_DRAIN', {
        inflight: app.inflight,
        within,
      });
    http.destroy();
  }
  await sendMetrics();
  // Jobs end before the modules that they use. The queue closes after all that may enqueue.
  await effects.stop(timeLeft());
  await closeReleases(timeLeft());
  await effects.close();
  await app.close();
  await closeTelemetry();
}
