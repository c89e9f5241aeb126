import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { NativeCode } from '@gati/contract';
import type { Plugin } from 'vite';
import { ENVIRONMENT } from '../environment-name.ts';
import { createNativeDetector, type NativePackage, packageOf } from '../build/native-packages.ts';
import { readsOwnFolder } from '../build/own-folder.ts';
import { isOwn, isRuntime } from '../build/own-packages.ts';
import { nativePlatform } from '../build/platform.ts';

/** The build replaces `__dirname` in these: they build paths with it that they never read. */
const HARMLESS = /[\\/]node_modules[\\/](?:google-gax|@grpc[\\/]grpc-js)[\\/]/;

const keepsFolder = (file: string): boolean => isPackageFile(file) && readsOwnFolder(file);
const isPackageFile = (file: string): boolean =>
  /[\\/]node_modules[\\/]/.test(file) && !HARMLESS.test(file);

/** Whether `external` of a configuration names a package, or the package of a module. */
const isListed = (list: External, source: string): boolean =>
  list === true ||
  (Array.isArray(list) && list.some((name) => source === name || source.startsWith(`${name}/`)));
type External = string[] | true | undefined;

export interface NativeTracer {
  plugin: Plugin;
  /** Returns the packages that the bundle imports, or `undefined` if there are none. */
  found(): NativeCode | undefined;
  /** Copies them and their dependencies into `outDir/node_modules`. */
  copy(root: string, outDir: string): Promise<void>;
}

/**
 * Keeps packages that can't be bundled out of the server's bundle and copies them beside it: those
 * with compiled code, those that read their own folder, and those that `resolve.external` or
 * `ssr.external` names.
 */
export function createNativeTracer(): NativeTracer {
  const packages = new Map<string, NativePackage>();
  const entries = new Set<string>();
  const lookups = new Map<string, Promise<NativePackage | undefined>>();
  let external: External;
  let detect: ReturnType<typeof createNativeDetector> | undefined;

  const plugin: Plugin = {
    name: 'gati:native',
    apply: 'build',
    sharedDuringBuild: true,
    applyToEnvironment: (environment) => environment.name === ENVIRONMENT,
    configEnvironment(name, { resolve }) {
      if (name !== ENVIRONMENT || !resolve?.external) return;
      // Vite would leave the import and not copy the package.
      ({ external } = resolve);
      delete resolve.external;
    },
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
          const { ssr } = this.environment.getTopLevelConfig();
          const isExternal = isListed(external, source) || isListed(ssr?.external, source);
          lookup = this.resolve(source, importer, { ...options, skipSelf: true }).then(
            (resolved) => {
              const file = resolved && !resolved.external ? resolved.id.replace(/\?.*$/, '') : '';
              if (!path.isAbsolute(file)) return undefined;
              const kept =
                detect!(file) ??
                (!isRuntime(importer) && !isRuntime(file) && (isExternal || keepsFolder(file))
                  ? packageOf(file)
                  : undefined);
              if (kept && (!isRuntime(importer) || isOwn(root, kept.name))) {
                packages.set(kept.name, kept);
                entries.add(file);
                // Node may choose another file than Vite, which reads `module` of a package.
                const own = resolveAsNode(source, importer ?? root);
                if (own !== undefined) entries.add(own);
              }
              return kept;
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
      const kept = [...packages.values()];
      const folders = kept.map(({ folder }) => folder);
      await traceNodeModules([...entries].sort(), {
        rootDir: root,
        outDir,
        chmod: true,
        traceInclude: [
          ...new Set(
            folders.flatMap((folder) => [...installedBinaries(folder), ...ownPeers(root, folder)]),
          ),
        ],
        traceIncludeRoots: folders,
      });
      for (const { name, folder } of kept)
        copyFolder(folder, path.join(outDir, 'node_modules', name));
    },
  };
}

/** Copies all files of a package: a tracer can't see which ones it reads by a computed name. */
function copyFolder(from: string, to: string): void {
  if (!fs.existsSync(to)) return;
  fs.cpSync(from, fs.realpathSync(to), {
    recursive: true,
    dereference: true,
    filter: (file) => path.relative(from, file).split(path.sep)[0] !== 'node_modules',
  });
}

/** Returns the file that `require` in a module loads, if the package is a CommonJS one. */
function resolveAsNode(source: string, importer: string): string | undefined {
  try {
    return createRequire(path.isAbsolute(importer) ? importer : process.cwd()).resolve(source);
  } catch {
    return undefined;
  }
}

/**
 * Returns the peer dependencies of a package that the app lists, such as the driver of a database
 * client. The package loads them by a name that a tracer can't see.
 */
function ownPeers(root: string, folder: string): string[] {
  const { peerDependencies } = readDependencies(folder);
  return Object.keys(peerDependencies ?? {}).filter((name) => isOwn(root, name));
}

/**
 * Returns the installed optional dependencies of a package. Among them is its compiled code for
 * this platform, which it loads by a name computed at run time, so that a tracer can't see it.
 */
function installedBinaries(folder: string): string[] {
  const { optionalDependencies } = readDependencies(folder);
  return Object.keys(optionalDependencies ?? {}).filter((name) => {
    for (let at = folder; at !== path.dirname(at); at = path.dirname(at)) {
      if (fs.existsSync(path.join(at, 'node_modules', name, 'package.json'))) return true;
    }
    return false;
  });
}

function readDependencies(folder: string): {
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
} {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as object;
}
