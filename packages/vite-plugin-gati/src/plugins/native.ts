import fs from 'node:fs';
import path from 'node:path';
import type { NativeCode } from '@gati/contract';
import type { Plugin } from 'vite';
import { ENVIRONMENT } from '../environment-name.ts';
import { createNativeDetector, type NativePackage } from '../build/native-packages.ts';
import { isOwn, isRuntime } from '../build/own-packages.ts';
import { nativePlatform } from '../build/platform.ts';

export interface NativeTracer {
  plugin: Plugin;
  /** Returns the packages that the bundle imports, or `undefined` if there are none. */
  found(): NativeCode | undefined;
  /** Copies them and their dependencies into `outDir/node_modules`. */
  copy(root: string, outDir: string): Promise<void>;
}

/** Keeps packages with compiled code out of the server's bundle and copies them beside it. */
export function createNativeTracer(): NativeTracer {
  const packages = new Map<string, NativePackage>();
  const entries = new Set<string>();
  const lookups = new Map<string, Promise<NativePackage | undefined>>();
  let detect: ReturnType<typeof createNativeDetector> | undefined;

  const plugin: Plugin = {
    name: 'gati:native',
    apply: 'build',
    sharedDuringBuild: true,
    applyToEnvironment: (environment) => environment.name === ENVIRONMENT,
    buildStart() {
      for (const cache of [packages, entries, lookups]) cache.clear();
    },
    resolveId: {
      order: 'pre',
      // Package names only, no paths and no URL schemes such as `node:` or `virtual:`.
      filter: { id: /^(?!node:|virtual:|data:|https?:)[@\w][^:\0]*$/ },
      async handler(source, importer, options) {
        const { NodeNativePackages } = await import('nf3/db');
        detect ??= createNativeDetector(NodeNativePackages);
        // All files of the app resolve a name to the same package. Files of a package may resolve
        // it to another version.
        const key = importer?.includes('/node_modules/')
          ? `${path.dirname(importer)}\0${source}`
          : source;
        let lookup = lookups.get(key);
        if (!lookup) {
          const { root } = this.environment.config;
          lookup = this.resolve(source, importer, { ...options, skipSelf: true }).then(
            (resolved) => {
              const file = resolved && !resolved.external ? resolved.id.replace(/\?.*$/, '') : '';
              const native = path.isAbsolute(file) ? detect!(file) : undefined;
              if (native && (!isRuntime(importer) || isOwn(root, native.name))) {
                packages.set(native.name, native);
                entries.add(file);
              }
              return native;
            },
          );
          lookups.set(key, lookup);
        }
        return (await lookup) ? { id: source, external: true } : undefined;
      },
    },
  };

  return {
    plugin,
    found() {
      if (packages.size === 0) return undefined;
      const list = [...packages.values()].map(({ name, version }) => ({ name, version }));
      return { ...nativePlatform(), packages: list.sort((a, b) => (a.name < b.name ? -1 : 1)) };
    },
    async copy(root, outDir) {
      if (packages.size === 0) return;
      const { traceNodeModules } = await import('nf3');
      const folders = [...packages.values()].map(({ folder }) => folder);
      await traceNodeModules([...entries].sort(), {
        rootDir: root,
        outDir,
        chmod: true,
        traceInclude: folders.flatMap(installedBinaries),
        traceIncludeRoots: folders,
      });
    },
  };
}

/**
 * Returns the installed optional dependencies of a package. Among them is its compiled code for
 * this platform, which it loads by a name computed at run time, so that a tracer can't see it.
 */
function installedBinaries(folder: string): string[] {
  const json = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    optionalDependencies?: Record<string, string>;
  };
  return Object.keys(json.optionalDependencies ?? {}).filter((name) => {
    for (let at = folder; at !== path.dirname(at); at = path.dirname(at)) {
      if (fs.existsSync(path.join(at, 'node_modules', name, 'package.json'))) return true;
    }
    return false;
  });
}
