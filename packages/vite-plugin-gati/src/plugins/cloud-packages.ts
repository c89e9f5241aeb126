import type { Plugin } from 'vite';
import { ENVIRONMENT } from '../environment-name.ts';
import { GatiError } from '@gati/contract';
import { CLOUD_QUEUES } from '../cloud-queues.ts';
import type { PluginContext } from '../context.ts';
import { isOwn, isRuntime } from '../build/own-packages.ts';

/**
 * The drivers of the runtime import the SDKs of clouds late, and only some apps use one. An SDK goes into the bundle, as chunks that are loaded on
 * first use, where the app has it among its own packages: nothing to configure, and no megabytes because something else in a workspace has it.
 */
export function cloudPackagesPlugin(context: PluginContext): Plugin {
  return {
    name: 'gati:cloud-packages',
    apply: 'build',
    sharedDuringBuild: true,
    applyToEnvironment: (environment) => environment.name === ENVIRONMENT,
    buildStart() {
      const { root } = this.environment.config;
      for (const name of context.project.options.effects)
        if (!isOwn(root, CLOUD_QUEUES[name])) this.error(missingSdkError(name));
    },
    resolveId: {
      order: 'pre',
      filter: { id: /^(?:@(?:aws-sdk|google-cloud|azure)\/|google-auth-library$)/ },
      handler(source, importer) {
        const name = source.split('/', 2).join('/');
        return isRuntime(importer) && !isOwn(this.environment.config.root, name)
          ? { id: source, external: true }
          : undefined;
      },
    },
    /** They name their own folders when they are loaded, for files that their clients bring along as JSON and never read there. */
    transform: {
      filter: {
        id: /[\\/]node_modules[\\/](?:google-gax|@grpc[\\/]grpc-js)[\\/]/,
        code: /\b__dirname\b/,
      },
      handler: (code) => code.replaceAll(/\b__dirname\b/g, "'.'"),
    },
  };
}

function missingSdkError(name: keyof typeof CLOUD_QUEUES): GatiError {
  const sdk = CLOUD_QUEUES[name];
  return new GatiError({
    code: 'GATI_EFFECTS_PACKAGE',
    message: `gati({ effects: ['${name}'] }) needs the package ${sdk}, which the app does not name.`,
    fix: `Add it: \`npm install ${sdk}\`.`,
  });
}
