import path from 'node:path';
import type { NativeCode } from '@gati/contract';
import type { Plugin } from 'vite';
import { isAppModule } from '../build/bundle-parts.ts';
import {
  copyKept,
  createKeptPackages,
  describeKept,
  keepImported,
  keepNamed,
  keepShared,
} from '../build/kept-packages.ts';
import {
  type External,
  isExternal,
  isNoExternal,
  packageNameOf,
} from '../build/listed-packages.ts';
import { createNativeDetector, type NativePackage, packageOf } from '../build/native-packages.ts';
import { readsOwnFolder } from '../build/own-folder.ts';
import { isOwn, isRuntime } from '../build/own-packages.ts';
import { ENVIRONMENT } from '../environment-name.ts';

/**
 * Packages in which the build replaces `__dirname`, because they never read the paths that they
 * build with it.
 */
const HARMLESS = /[\\/]node_modules[\\/](?:google-gax|@grpc[\\/]grpc-js)[\\/]/;

const keepsFolder = (file: string): boolean => isPackageFile(file) && readsOwnFolder(file);
const isPackageFile = (file: string): boolean =>
  /[\\/]node_modules[\\/]/.test(file) && !HARMLESS.test(file);

export interface NativeTracer {
  plugin: Plugin;
  /** Returns the packages that the bundle imports, or `undefined` if there are none. */
  found(): NativeCode | undefined;
  /** See {@link keepShared}. */
  keepShared(folders: string[]): boolean;
  /** Copies the kept packages and their dependencies into `outDir/node_modules`. */
  copy(root: string, outDir: string): Promise<void>;
}

/**
 * Keeps packages that can't be bundled out of the server's bundle and copies them next to it: those
 * with compiled code, those that read their own folder, and those that `resolve.external` or
 * `ssr.external` names.
 */
export function createNativeTracer(): NativeTracer {
  const kept = createKeptPackages();
  const lookups = new Map<string, Promise<NativePackage | undefined>>();
  let external: External;
  let detect: ReturnType<typeof createNativeDetector> | undefined;

  const isShared = (file: string): boolean =>
    kept.shared.size > 0 && kept.shared.has(packageOf(file)?.folder ?? '');

  const plugin: Plugin = {
    name: 'gati:native',
    apply: 'build',
    sharedDuringBuild: true,
    applyToEnvironment: (environment) => environment.name === ENVIRONMENT,
    configEnvironment(name, { resolve }) {
      if (name !== ENVIRONMENT || !resolve?.external) return;
      // Otherwise Vite would keep the import without copying the package.
      ({ external } = resolve);
      delete resolve.external;
    },
    buildStart() {
      for (const cache of [kept.packages, kept.entries, kept.imported, lookups]) cache.clear();
    },
    buildEnd() {
      keepNamed(kept, {
        root: this.environment.config.root,
        modules: [...this.getModuleIds()].filter(isAppModule),
        codeOf: (id) => this.getModuleInfo(id)?.code ?? '',
      });
    },
    resolveId: {
      order: 'pre',
      // Package names only, no paths and no URL schemes such as `node:` or `virtual:`.
      filter: { id: /^(?!node:|virtual:|data:|https?:)[@\w][^:\0]*$/ },
      async handler(source, importer, options) {
        const { NodeNativePackages } = await import('nf3/db');
        detect ??= createNativeDetector(NodeNativePackages);
        kept.imported.add(packageNameOf(source));
        const { root } = this.environment.config;
        const { ssr } = this.environment.getTopLevelConfig();
        const find = async (): Promise<NativePackage | undefined> => {
          const resolved = await this.resolve(source, importer, { ...options, skipSelf: true });
          const file = resolved && !resolved.external ? resolved.id.replace(/\?.*$/, '') : '';
          if (!path.isAbsolute(file)) return undefined;
          const isKept = (): boolean =>
            isExternal(external, source) ||
            isExternal(ssr?.external, source) ||
            (!isNoExternal(ssr?.noExternal, source) && (keepsFolder(file) || isShared(file)));
          const ofGati = isRuntime(importer) || isRuntime(file);
          const found = detect!(file) ?? (!ofGati && isKept() ? packageOf(file) : undefined);
          if (found && (!isRuntime(importer) || isOwn(root, found.name))) {
            const from = importer ?? path.join(root, 'package.json');
            keepImported(kept, found, { source, file, importer: from });
          }
          return found;
        };
        // All files of the app resolve a name to the same package. Files of a package may resolve it
        // to another version.
        const key = importer?.includes('/node_modules/')
          ? `${path.dirname(importer)}\0${source}`
          : source;
        const lookup = lookups.get(key) ?? find();
        lookups.set(key, lookup);
        return (await lookup) ? { id: source, external: true } : undefined;
      },
    },
  };

  return {
    plugin,
    found: () => describeKept(kept),
    keepShared: (folders) => keepShared(kept, folders),
    copy: (root, outDir) => copyKept(kept, root, outDir),
  };
}
