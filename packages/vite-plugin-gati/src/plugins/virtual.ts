import fs from 'node:fs';
import path from 'node:path';
import { normalizePath, type Plugin, type ResolvedConfig } from 'vite';
import { VERSION_PLACEHOLDER } from '../build/release-id.ts';
import type { PluginContext } from '../context.ts';
import { roleOf } from '../scan/layout.ts';
import { createIds } from '../virtual/ids.ts';
import { printRoutes } from '../virtual/modules/routes.ts';
import { virtualModules } from '../virtual/unplugin.ts';

/** The virtual modules in Vite. */
export function virtualPlugin(context: PluginContext): Plugin {
  let config: ResolvedConfig | undefined;
  const root = (): string => config?.root ?? process.cwd();
  const ids = createIds('vite', root);
  const plugin = virtualModules.vite({
    context,
    root,
    hasClient: () => hasClient(config),
    // A build finds the version out when it has the code.
    version: () => (config?.command === 'build' ? VERSION_PLACEHOLDER : undefined),
  }) as Plugin;
  return {
    ...plugin,
    sharedDuringBuild: true,
    config: () =>
      // Vitest: testApp() imports `virtual:gati/release`, which Node alone can't.
      ({
        test: { server: { deps: { inline: [/runtime-h3[\\/](?:dist|src)[\\/]test\b/] } } },
      }) as object,
    configResolved(resolved) {
      config = resolved;
    },
    /** What is made of the app's files changes with them. */
    async hotUpdate({ file, modules }) {
      if (!roleOf(normalizePath(path.relative(root(), file)))) return undefined;
      context.invalidate();
      const { moduleGraph } = this.environment;
      const found = (['release', 'manifest', 'routes'] as const).map((name) =>
        moduleGraph.getModuleById(ids.toId(name)),
      );
      const stale = found.filter((module) => module !== undefined);
      const routes = found[2];
      // A page that lists the routes is not reloaded for an edit of one.
      if (routes?.transformResult?.code.includes(listOf(printRoutes(await context.project.scan()))))
        stale.splice(stale.indexOf(routes), 1);
      return stale.length === 0 ? undefined : [...modules, ...stale];
    },
    async closeBundle() {
      // A development server closes the context itself, and so does a build; Vitest has neither.
      if (config?.plugins.some(({ name }) => name === 'vitest')) await context.close();
    },
  };
}

/** The list itself, which no transformation touches. */
const listOf = (code: string): string => code.slice(code.indexOf('['), code.lastIndexOf(']') + 1);

/** An app may be handlers alone. */
function hasClient(config: ResolvedConfig | undefined): boolean {
  if (!config) return false;
  const input = config.environments['client']?.build.rolldownOptions.input;
  return input !== undefined || fs.existsSync(path.join(config.root, 'index.html'));
}
