import type { Plugin, ViteDevServer } from 'vite';
import type { PluginContext } from '../context.ts';
import { ENVIRONMENT } from '../environment.ts';
import { createDevServer, type DevServer } from './dev-server.ts';

/** Serves the app in Vite's own server, and changes it while it runs. */
export function devPlugin(context: PluginContext): Plugin {
  let dev: DevServer | undefined;
  return {
    name: 'gati:dev',
    apply: 'serve',
    enforce: 'pre',
    configureServer(server: ViteDevServer) {
      // Vitest brings its own server; tests call the app without one.
      if (server.config.plugins.some(({ name }) => name === 'vitest')) return undefined;
      const started = (dev = createDevServer(server, context));
      return () => started.last();
    },
    transform: {
      order: 'pre',
      filter: { id: { exclude: [/^\0/, /\?/, /\/node_modules\//] } },
      handler(code, id) {
        if (this.environment.name === ENVIRONMENT) dev?.used(id, code);
      },
    },
    hotUpdate: {
      order: 'post',
      async handler(change) {
        if (this.environment.name !== ENVIRONMENT || !dev) return undefined;
        await dev.change(change);
        // What changed is loaded by the host; Vite has nothing to send to this environment.
        return [];
      },
    },
    async closeBundle() {
      if (this.environment.name !== ENVIRONMENT) return;
      const closing = dev;
      dev = undefined;
      await closing?.close();
      await context.close();
    },
  };
}
