import path from 'node:path';
import type { Rolldown } from 'vite';
import { type NativePackage, packageOf } from './native-packages.ts';
import { isGatiPackage } from './own-packages.ts';

/** Bytes of the server's code by the owner of its modules. */
export interface BundleParts {
  app: number;
  /** Packages that the app imports, directly or through other packages, largest first. */
  packages: { name: string; folder: string; bytes: number }[];
  /** Gati and the packages that only Gati imports. */
  gati: number;
  /** Chunks without a module of the app or of its packages. */
  gatiChunks: number;
}

type ModuleInfo = Pick<Rolldown.ModuleInfo, 'importedIds' | 'dynamicallyImportedIds'>;

/** Divides the bytes of the chunks among the modules, by their size before the minification. */
export function measureBundle(
  chunks: Rolldown.OutputChunk[],
  infoOf: (id: string) => ModuleInfo | null,
): BundleParts {
  const own = findOwnModules(chunks, infoOf);
  const ownerOf = createOwnerLookup();
  const packages = new Map<string, BundleParts['packages'][number]>();
  const parts: BundleParts = { app: 0, packages: [], gati: 0, gatiChunks: 0 };
  for (const { code, modules } of chunks) {
    const entries = Object.entries(modules).map(
      ([id, { renderedLength }]) => [id, renderedLength] as const,
    );
    const total = entries.reduce((sum, [, length]) => sum + length, 0);
    const bytes = Buffer.byteLength(code);
    if (!entries.some(([id]) => own.has(id))) {
      parts.gati += bytes;
      parts.gatiChunks++;
      continue;
    }
    for (const [id, length] of entries) {
      const share = (bytes * length) / total;
      const found = isAppModule(id) ? undefined : ownerOf(id);
      if (!own.has(id)) parts.gati += share;
      else if (!found) parts.app += share;
      else {
        const { name, folder } = found;
        packages.set(folder, { name, folder, bytes: (packages.get(folder)?.bytes ?? 0) + share });
      }
    }
  }
  parts.packages = [...packages.values()].sort(
    (a, b) => b.bytes - a.bytes || (a.folder < b.folder ? -1 : 1),
  );
  return parts;
}

/** Remembers the package of each folder: a bundle has thousands of modules. */
function createOwnerLookup(): typeof packageOf {
  const owners = new Map<string, NativePackage | undefined>();
  return (file) => {
    const folder = path.dirname(file);
    if (!owners.has(folder)) owners.set(folder, packageOf(file));
    return owners.get(folder);
  };
}

/** Returns the modules of the app and the modules that they import, except those of Gati. */
function findOwnModules(
  chunks: Rolldown.OutputChunk[],
  infoOf: (id: string) => ModuleInfo | null,
): Set<string> {
  const own = new Set(chunks.flatMap(({ moduleIds }) => moduleIds).filter(isAppModule));
  // A set that grows while it is iterated visits the added modules too.
  for (const id of own) {
    const info = infoOf(id);
    for (const imported of [...(info?.importedIds ?? []), ...(info?.dynamicallyImportedIds ?? [])])
      if (path.isAbsolute(imported) && !isGatiPackage(imported)) own.add(imported);
  }
  return own;
}

/** Whether a module is a file of the app, not of an installed package or of Gati. */
export const isAppModule = (id: string): boolean =>
  path.isAbsolute(id) && !/[\\/]node_modules[\\/]/.test(id) && !isGatiPackage(id);
