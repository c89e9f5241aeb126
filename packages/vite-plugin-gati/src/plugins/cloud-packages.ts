import { MagicString } from 'magic-string';
import type { Plugin } from 'vite';
import { ENVIRONMENT } from '../environment-name.ts';
import { GatiError } from '@gati/contract';
import { type CloudQueue, sdkOf } from '@gati/runtime-h3/effects/settings';
import type { PluginContext } from '../context.ts';
import { isOwn, isRuntime } from '../build/own-packages.ts';

/**
 * Bundles the SDK of a cloud service if the app lists it in its `package.json`. The SDK becomes
 * chunks that are loaded on first use. Other SDKs stay external, even if another app of the
 * workspace has them: they would add megabytes that this app does not use.
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
        if (!isOwn(root, sdkOf(name))) this.error(missingSdkError(name));
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
    /**
     * When these packages are loaded, they build paths with `__dirname`. Their clients never read
     * these files, because they bundle them as JSON.
     */
    transform: {
      filter: {
        id: /[\\/]node_modules[\\/](?:google-gax|@grpc[\\/]grpc-js)[\\/]/,
        code: /\b__dirname\b/,
      },
      handler(code) {
        const changed = new MagicString(code).replaceAll(/\b__dirname\b/g, "'.'");
        return { code: changed.toString(), map: changed.generateMap({ hires: 'boundary' }) };
      },
    },
  };
}

function missingSdkError(name: CloudQueue): GatiError {
  const sdk = sdkOf(name);
  return new GatiError({
    code: 'GATI_EFFECTS_PACKAGE',
    message: `gati({ effects: ['${name}'] }) needs the package ${sdk}, which is not in the app's package.json.`,
    fix: `Add it: \`npm install ${sdk}\`.`,
  });
}
