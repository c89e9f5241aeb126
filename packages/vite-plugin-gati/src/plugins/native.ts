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
  /** What the bundle imports as packages; undefined where there are none. */
  found(): NativeCode | undefined;
  /** Copies them, with all that they need, into `outDir/node_modules`. */
  copy(root: string, outDir: string): Promise<void>;
}

/** Keeps compiled packages out of the server's bundle and puts them beside it. */
export function createNativeTracer(): NativeTracer {
  const packages = new Map<string, NativePackage>();
  const entries = new Set<string>();
  const answers = new Map<string, Promise<NativePackage | undefined>>();
  let detect: ReturnType<typeof createNativeDetector> | undefined;

  const plugin: Plugin = {
    name: 'gati:native',
    apply: 'build',
    sharedDuringBuild: true,
    applyToEnvironment: (environment) => environment.name === ENVIRONMENT,
    buildStart() {
      for (const memory of [packages, entries, answers]) memory.clear();
    },
    resolveId: {
      order: 'pre',
      // Bare names only: a path belongs to the app, `node:` to Node, `virtual:` to plugins.
      filter: { id: /^(?!node:|virtual:|data:|https?:)[@\w][^:\0]*$/ },
      async handler(source, importer, options) {
        const { NodeNativePackages } = await import('nf3/db');
        detect ??= createNativeDetector(NodeNativePackages);
        // The app's own files all see the same package; files of a package may see another version.
        const key = importer?.includes('/node_modules/')
          ? `${path.dirname(importer)}\0${source}`
          : source;
        let answer = answers.get(key);
        if (!answer) {
          const { root } = this.environment.config;
          answer = this.resolve(source, importer, { ...options, skipSelf: true }).then(
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
          answers.set(key, answer);
        }
        return (await answer) ? { id: source, external: true } : undefined;
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

/** The package of compiled code for this platform is loaded by a name made at run time, which no tracer sees. */
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
