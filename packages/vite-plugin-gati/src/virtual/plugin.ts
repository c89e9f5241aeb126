import fs from 'node:fs';
import path from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';
import type { PluginContext } from '../context.ts';
import { virtualModules } from './unplugin.ts';

/** The virtual modules in Vite. */
export function virtualPlugin(context: PluginContext): Plugin {
  let config: ResolvedConfig | undefined;
  const root = (): string => config?.root ?? process.cwd();
  const plugin = virtualModules.vite({ context, root, hasClient: () => hasClient(config) }) as Plugin;
  return {
    ...plugin,
    sharedDuringBuild: true,
    configResolved(resolved) {
      config = resolved;
    },
  };
}

/** An app may be handlers alone. */
function hasClient(config: ResolvedConfig | undefined): boolean {
  if (!config) return false;
  const input = config.environments['client']?.build.rolldownOptions.input;
  return input !== undefined || fs.existsSync(path.join(config.root, 'index.html'));
}
