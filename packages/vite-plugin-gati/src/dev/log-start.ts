import type { ViteDevServer } from 'vite';
import { colorsFor } from '../colors.ts';
import type { Project } from '../project.ts';
import type { Scan } from '../scan/types.ts';

/** Logs what the development server serves, below the addresses that Vite prints. */
export function logStart(
  server: ViteDevServer,
  { app, options }: Project,
  scanned: Promise<Scan>,
): void {
  const printUrls = server.printUrls.bind(server);
  // Relies on: `vite` and `gati dev` call `printUrls` of the server object, once it listens.
  server.printUrls = () => {
    printUrls();
    // Loaded late: a server in another program prints nothing.
    void Promise.all([scanned, import('./start-lines.ts')]).then(
      ([scan, { printStart }]) => {
        const lines = printStart({ app, scan, base: options.base }, colorsFor(process.stdout));
        server.config.logger.info(`\n${lines.join('\n')}\n`);
      },
      // The reason is logged by the code that reads the app.
      () => undefined,
    );
  };
}
