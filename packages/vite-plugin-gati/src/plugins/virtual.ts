import path from 'node:path';
import { type EnvironmentModuleNode, normalizePath, type Plugin, type ResolvedConfig } from 'vite';
import { VERSION_PLACEHOLDER } from '../build/release-id.ts';
import type { PluginContext } from '../context.ts';
import { clientBase } from '../files/has-client.ts';
import { roleOf } from '../scan/layout.ts';
import { isMigration } from '../scan/read-migrations.ts';
import type { ClientPlace } from '../virtual/virtual-module.ts';
import { createIds } from '../virtual/ids.ts';
import { printRouteList } from '../virtual/modules/routes.ts';
import { CHANGES_WITH_FILES } from '../virtual/registry.ts';
import { virtualModules } from '../virtual/unplugin.ts';

/** Provides the virtual modules in Vite. */
export function virtualPlugin(context: PluginContext): Plugin {
  let config: ResolvedConfig | undefined;
  const root = (): string => config?.root ?? process.cwd();
  const ids = createIds('vite', root);
  const plugin = virtualModules.vite({
    context,
    root,
    client: () => config && clientPlace(config),
    development: () => config?.command === 'serve',
    // A build knows its version only once the code is bundled.
    version: () => (config?.command === 'build' ? VERSION_PLACEHOLDER : undefined),
  }) as Plugin;
  return {
    ...plugin,
    sharedDuringBuild: true,
    config: () =>
      // For Vitest: testApp() imports `virtual:gati/release`, which Node can't load without Vite.
      ({
        test: { server: { deps: { inline: [/[\\/]runtime-h3[\\/](?:dist|src)[\\/]/] } } },
      }) as object,
    configResolved(resolved) {
      config = resolved;
    },
    /** Adds the virtual modules that are printed from a changed file of the app. */
    async hotUpdate({ file, modules }) {
      const name = normalizePath(path.relative(root(), file));
      if (!roleOf(name) && !isMigration(name)) return undefined;
      context.invalidate();
      const { moduleGraph } = this.environment;
      const stale: EnvironmentModuleNode[] = [];
      for (const virtual of CHANGES_WITH_FILES) {
        const module = moduleGraph.getModuleById(ids.toId(virtual));
        // A page that lists the routes is not reloaded for an edit inside of a handler.
        if (module && !(virtual === 'routes' && (await listsSameRoutes(module, context))))
          stale.push(module);
      }
      return stale.length === 0 ? undefined : [...modules, ...stale];
    },
    async closeBundle() {
      // In Vitest there is no dev server and no build of Gati that would close the context.
      if (config?.plugins.some(({ name }) => name === 'vitest')) await context.close();
    },
  };
}

/** The folder exists if the app has a client, or if its server code imports assets. */
function clientPlace(config: ResolvedConfig): ClientPlace {
  const { assetsDir } = config.environments['client']?.build ?? config.build;
  return { base: clientBase(config), assetsDir };
}

async function listsSameRoutes(
  { transformResult }: EnvironmentModuleNode,
  { project }: PluginContext,
): Promise<boolean> {
  return transformResult?.code.includes(printRouteList(await project.scan())) ?? false;
}
