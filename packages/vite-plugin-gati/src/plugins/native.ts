import fs from 'node:fs';
import path from 'node:path';
import type { NativeCode } from '@gati/contract';
import type { Plugin } from 'vite';
import { ENVIRONMENT } from '../environment-name.ts';
import { createNativeDetector, type NativePackage, packageOf } from '../build/native-packages.ts';
import { readsOwnFolder } from '../build/own-folder.ts';
import { isGatiPackage, isOwn, isRuntime, ownDependencies } from '../build/own-packages.ts';
import { isAppModule } from '../build/bundle-parts.ts';
import {
  findDependencies,
  hiddenDependencies,
  resolveAsNode,
} from '../build/package-dependencies.ts';
import { nativePlatform } from '../build/platform.ts';

/** Those of the Node versions that a server runs on, which load ES modules by `require`. */
const NODE_CONDITIONS = ['node', 'module-sync', 'import', 'default'];
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

/** Whether `noExternal` of a configuration names a package. `true` names none. */
const isNamed = (list: NoExternal, source: string): boolean =>
  [list]
    .flat()
    .some((entry) =>
      entry instanceof RegExp
        ? entry.test(source)
        : typeof entry === 'string' && (source === entry || source.startsWith(`${entry}/`)),
    );
type NoExternal = string | RegExp | (string | RegExp)[] | true | undefined;

const packageNameOf = (source: string): string =>
  source.split('/', source.startsWith('@') ? 2 : 1).join('/');

const isNamedIn = (code: string, name: string): boolean =>
  ["'", '"', '`'].some((quote) => code.includes(quote + name + quote));

export interface NativeTracer {
  plugin: Plugin;
  /** Returns the packages that the bundle imports, or `undefined` if there are none. */
  found(): NativeCode | undefined;
  /**
   * Keeps those of the bundled packages that a kept one imports too, so that the app has one instance
   * of each, as in development. Returns whether the server must be bundled again.
   *
   * @param folders of packages in the bundle
   */
  keepShared(folders: string[]): boolean;
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
  /** Folders of packages that kept ones import. */
  const shared = new Set<string>();
  /** Names of packages that modules import. */
  const imported = new Set<string>();
  const lookups = new Map<string, Promise<NativePackage | undefined>>();
  let external: External;
  let detect: ReturnType<typeof createNativeDetector> | undefined;

  const isShared = (file: string): boolean =>
    shared.size > 0 && shared.has(packageOf(file)?.folder ?? '');

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
      for (const cache of [packages, entries, lookups, imported]) cache.clear();
    },
    /** Keeps packages that the app names in a text, such as the target of a logger. */
    buildEnd() {
      const { root } = this.environment.config;
      const names = ownDependencies(root).filter((name) => !imported.has(name));
      if (names.length === 0) return;
      const modules = [...this.getModuleIds()].filter(isAppModule);
      for (const name of names) {
        const id = modules.find((module) =>
          isNamedIn(this.getModuleInfo(module)?.code ?? '', name),
        );
        const file = id === undefined ? undefined : resolveAsNode(name, id);
        const found = file === undefined ? undefined : packageOf(file);
        if (!found || isGatiPackage(file!)) continue;
        packages.set(found.name, found);
        entries.add(file!);
      }
    },
    resolveId: {
      order: 'pre',
      // Package names only, no paths and no URL schemes such as `node:` or `virtual:`.
      filter: { id: /^(?!node:|virtual:|data:|https?:)[@\w][^:\0]*$/ },
      async handler(source, importer, options) {
        const { NodeNativePackages } = await import('nf3/db');
        detect ??= createNativeDetector(NodeNativePackages);
        imported.add(packageNameOf(source));
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
                (!isRuntime(importer) &&
                !isRuntime(file) &&
                (isExternal ||
                  (!isNamed(ssr?.noExternal, source) && (keepsFolder(file) || isShared(file))))
                  ? packageOf(file)
                  : undefined);
              if (kept && (!isRuntime(importer) || isOwn(root, kept.name))) {
                packages.set(kept.name, kept);
                entries.add(file);
                // Node may choose another file than Vite, which reads `module` of a package.
                const own = resolveAsNode(source, importer ?? path.join(root, 'package.json'));
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
    keepShared(folders) {
      const needed = findDependencies([...packages.values()].map(({ folder }) => folder));
      const added = folders.filter((folder) => needed.has(folder) && !shared.has(folder));
      for (const folder of added) shared.add(folder);
      return added.length > 0;
    },
    async copy(root, outDir) {
      if (packages.size === 0) return;
      const { traceNodeModules } = await import('nf3');
      const kept = [...packages.values()];
      const folders = kept.map(({ folder }) => folder);
      await traceNodeModules([...entries].sort(), {
        rootDir: root,
        outDir,
        conditions: NODE_CONDITIONS,
        chmod: true,
        traceInclude: [...new Set(folders.flatMap((folder) => hiddenDependencies(root, folder)))],
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
