import fs from 'node:fs';
import path from 'node:path';
import type { NativeCode } from '@gati/contract';
import { type NativePackage, packageOf } from './native-packages.ts';
import { isGatiPackage, ownDependencies } from './own-packages.ts';
import { findDependencies, hiddenDependencies, resolveAsNode } from './package-dependencies.ts';
import { nativePlatform } from './platform.ts';

/** Packages that a build copies next to the server, collected during the build. */
export interface KeptPackages {
  /** Keyed by name. */
  packages: Map<string, NativePackage>;
  /** Files of these packages that the server loads. */
  entries: Set<string>;
  /**
   * Folders of packages that kept packages import. The set lasts for all bundling runs of one
   * build.
   */
  shared: Set<string>;
  /** Names of all packages that modules import. */
  imported: Set<string>;
}

export function createKeptPackages(): KeptPackages {
  return { packages: new Map(), entries: new Set(), shared: new Set(), imported: new Set() };
}

/** Conditions of the Node versions that a server runs on. These load ES modules by `require`. */
const NODE_CONDITIONS = ['node', 'module-sync', 'import', 'default'];

/** Keeps a package that a module imports. */
export function keepImported(
  { packages, entries }: KeptPackages,
  kept: NativePackage,
  { source, file, importer }: { source: string; file: string; importer: string },
): void {
  packages.set(kept.name, kept);
  entries.add(file);
  // Node may choose another file than Vite, which reads `module` of a package.
  const own = resolveAsNode(source, importer);
  if (own !== undefined) entries.add(own);
}

/**
 * Keeps packages that the app lists in `package.json` and names in a string, such as the target of
 * a logger, but does not import.
 *
 * @param modules of the app
 */
export function keepNamed(
  { packages, entries, imported }: KeptPackages,
  { root, modules, codeOf }: { root: string; modules: string[]; codeOf(id: string): string },
): void {
  for (const name of ownDependencies(root).filter((one) => !imported.has(one))) {
    const id = modules.find((module) => isNamedIn(codeOf(module), name));
    const file = id === undefined ? undefined : resolveAsNode(name, id);
    const found = file === undefined ? undefined : packageOf(file);
    if (!found || isGatiPackage(file!)) continue;
    packages.set(found.name, found);
    entries.add(file!);
  }
}

const isNamedIn = (code: string, name: string): boolean =>
  ["'", '"', '`'].some((quote) => code.includes(quote + name + quote));

/**
 * Also keeps each bundled package that a kept package imports, so that the app has one instance of
 * it, as in development. Returns whether the server must be bundled again.
 *
 * @param folders of packages in the bundle
 */
export function keepShared({ packages, shared }: KeptPackages, folders: string[]): boolean {
  const needed = findDependencies([...packages.values()].map(({ folder }) => folder));
  const added = folders.filter((folder) => needed.has(folder) && !shared.has(folder));
  for (const folder of added) shared.add(folder);
  return added.length > 0;
}

/** Describes the packages for the manifest. */
export function describeKept({ packages }: KeptPackages): NativeCode | undefined {
  if (packages.size === 0) return undefined;
  const list = [...packages.values()].map(({ name, version }) => ({ name, version }));
  return { ...nativePlatform(), packages: list.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Copies the packages and their dependencies into `outDir/node_modules`. */
export async function copyKept(
  { packages, entries }: KeptPackages,
  root: string,
  outDir: string,
): Promise<void> {
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
  for (const { name, folder } of kept) copyFolder(folder, path.join(outDir, 'node_modules', name));
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
