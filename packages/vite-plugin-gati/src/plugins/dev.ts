import type { Environment, Plugin } from 'vite';
import type { PluginContext } from '../context.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { createDevServer, type DevServer } from '../dev/dev-server.ts';
import { type DevtoolsContext, registerDocks } from '../dev/panel/dock.ts';

/** The hook with which a plugin joins Vite DevTools. */
interface DevtoolsHook {
  capabilities: { build: false };
  // Relies on: it is called after `configureServer`.
  setup(devtools: DevtoolsContext): Promise<void>;
}

/** Serves the app in Vite's development server and updates it while it runs. */
export function devPlugin(context: PluginContext): Plugin & { devtools: DevtoolsHook } {
  // A restart creates the next server before it closes the previous one, maybe with the same
  // plugins.
  const servers = new Map<Environment, DevServer>();
  return {
    name: 'gati:dev',
    apply: 'serve',
    enforce: 'pre',
    configureServer(server) {
      const environment = server.environments[ENVIRONMENT];
      // Vitest has its own server, and tests call the app without a server.
      if (!environment || server.config.plugins.some(({ name }) => name === 'vitest'))
        return undefined;
      const dev = createDevServer(server, context);
      servers.set(environment, dev);
      return () => dev.addLastMiddleware();
    },
    resolveId: {
      order: 'pre',
      filter: { id: { exclude: [/^\0/, /^(?:node|virtual|data|https?):/] } },
      async handler(source, importer, options) {
        const dev = servers.get(this.environment);
        if (!dev || importer === undefined || importer.includes('/node_modules/')) return undefined;
        return dev.resolveImport(importer, source, () =>
          this.resolve(source, importer, { ...options, skipSelf: true }),
        );
      },
    },
    load: {
      filter: {
        id: { include: [/\.(?:[mc]?[jt]s|[jt]sx)$/], exclude: [/^\0/, /\/node_modules\//] },
      },
      handler(id) {
        const code = servers.get(this.environment)?.snapshotOf(id);
        return code === undefined ? undefined : { code };
      },
    },
    transform: {
      order: 'pre',
      filter: { id: { exclude: [/^\0/, /\?/, /\/node_modules\//] } },
      handler(code, id) {
        servers.get(this.environment)?.moduleTransformed(id, code);
      },
    },
    hotUpdate: {
      order: 'post',
      async handler(change) {
        const dev = servers.get(this.environment);
        if (!dev) return undefined;
        await dev.applyChange(change);
        // The dev app loads the changed modules itself, so Vite has no update to send.
        return [];
      },
    },
    devtools: {
      capabilities: { build: false },
      async setup(devtools) {
        const dev = [...servers.values()].at(-1);
        const panel = await dev?.panel;
        if (panel) registerDocks(devtools, () => panel.logIn());
      },
    },
    async closeBundle() {
      const dev = servers.get(this.environment);
      if (!dev) return;
      servers.delete(this.environment);
      await dev.close();
      if (servers.size === 0) await context.close();
    },
  };
}
