import type { Plugin } from 'vite';
import { ENVIRONMENT } from '../environment.ts';
import { isOwn, isRuntime } from './own-packages.ts';

/**
 * The drivers of the runtime import the SDKs of clouds late, and only some apps use one. An SDK goes into the bundle, as chunks that are loaded on
 * first use, where the app has it among its own packages: nothing to configure, and no megabytes because something else in a workspace has it.
 */
export function cloudPackagesPlugin(): Plugin {
  return {
    name: 'gati:cloud-packages',
    apply: 'build',
    sharedDuringBuild: true,
    applyToEnvironment: (environment) => environment.name === ENVIRONMENT,
    resolveId: {
      order: 'pre',
      filter: { id: /^@(?:aws-sdk|google-cloud|azure)\// },
      handler(source, importer) {
        const name = source.split('/', 2).join('/');
        return isRuntime(importer) && !isOwn(this.environment.config.root, name) ? { id: source, external: true } : undefined;
      },
    },
  };
}
