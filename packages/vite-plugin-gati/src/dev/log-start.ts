import type { Panel } from '@gati/devtools/server';
import type { ViteDevServer } from 'vite';
import { colorsFor } from '../colors.ts';
import type { Project } from '../project.ts';
import type { Scan } from '../scan/types.ts';
import { PANEL_PATH } from '@gati/contract/internal';

/** Logs what the development server serves, below the addresses that Vite prints. */
export function logStart(
  server: ViteDevServer,
  { app, options }: Project,
  scanned: Promise<Scan>,
  panel: Promise<Panel | undefined> = Promise.resolve(undefined),
): void {
  const printUrls = server.printUrls.bind(server);
  // Relies on: `vite` and `gati dev` call `printUrls` of the server object, once it listens.
  server.printUrls = () => {
    printUrls();
    // Loaded late: a server in another program prints nothing.
    void Promise.all([scanned, import('./start-lines.ts'), panel]).then(
      ([scan, { printPanel, printStart }, opened]) => {
        const colors = colorsFor(process.stdout);
        const { info } = server.config.logger;
        const [url] = server.resolvedUrls?.local ?? [];
        if (opened && url !== undefined)
          info(printPanel({ url: new URL(PANEL_PATH, url), code: opened.code }, colors));
        const lines = printStart({ app, scan, base: options.base }, colors);
        info(`\n${lines.join('\n')}\n`);
      },
      // The reason is logged by the code that reads the app.
      () => undefined,
    );
  };
}
