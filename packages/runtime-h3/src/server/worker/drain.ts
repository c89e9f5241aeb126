import type { App } from '../../app/options.ts';
import type { Logger } from '../../types/context.ts';
import type { HttpServer } from './http-server.ts';

export interface DrainOptions {
  app: App;
  /** Ends modules and effects. */
  close(within: number): Promise<void>;
  http: HttpServer;
  /** Milliseconds. */
  within: number;
  logger: Logger;
}

/**
 * Ends a worker that gets no more connections: each answer ends its connection, idle ones end by the keep-alive timeout
 * (closing them would cut one on which a request is arriving). What is left after `within` is destroyed.
 */
export async function drainWorker({
  app,
  close,
  http,
  within,
  logger,
}: DrainOptions): Promise<void> {
  const deadline = Date.now() + within;
  http.startDraining();
  const late = new Promise<'late'>((resolve) => {
    setTimeout(() => resolve('late'), within);
  });
  if ((await Promise.race([Promise.all([app.drain(), http.whenEmpty()]), late])) === 'late') {
    if (app.inflight > 0)
      logger.warn('requests are cut: they took longer than the time to drain', {
        inflight: app.inflight,
        within,
      });
    http.destroy();
  }
  await close(Math.max(0, deadline - Date.now()));
  await app.close();
}
