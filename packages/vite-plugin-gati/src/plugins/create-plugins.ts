import type { Plugin } from 'vite';
import { createBuildState } from './build-state.ts';
import type { PluginContext } from '../context.ts';
import { buildAppPlugin } from './build-app.ts';
import { buildContractPlugin } from './build-contract.ts';
import { buildServerPlugin } from './build-server.ts';
import { cloudPackagesPlugin } from './cloud-packages.ts';
import { devPlugin } from './dev.ts';
import { devWorkersPlugin } from './dev-workers.ts';
import { environmentPlugin } from './environment.ts';
import { createNativeTracer } from './native.ts';
import { previewPlugin } from './preview.ts';
import { serverFilesPlugin } from './server-files.ts';
import { sourcePlacesPlugin } from './source-places.ts';
import { syntaxPlugin } from './syntax.ts';
import { virtualPlugin } from './virtual.ts';

/** Creates all sub-plugins of one `gati()`, in order. */
export function createPlugins(context: PluginContext): Plugin[] {
  const native = createNativeTracer();
  const build = createBuildState(context);
  return [
    environmentPlugin(context),
    virtualPlugin(context),
    devPlugin(context),
    devWorkersPlugin(),
    native.plugin,
    serverFilesPlugin(),
    sourcePlacesPlugin(),
    syntaxPlugin(),
    cloudPackagesPlugin(context),
    previewPlugin(),
    buildServerPlugin(build, native),
    buildContractPlugin(build),
    buildAppPlugin(build, native),
  ];
}
