import type { ReleaseBundle } from '@gati/runtime-h3/app';
import { inProcessPackage } from '@gati/runtime-h3/modules/host';
import type { Scan } from '../scan/types.ts';
import type { DevContext } from './dev-context.ts';
import type { ModuleLoader } from './module-loader.ts';

/** The app's modules in development. An edit replaces a module in the running context. */
export interface DevModules {
  /** Loaders by name. The same object for the life of the server. */
  readonly loaders: ReleaseBundle['modules'];
  list(): { name: string; file: string }[];
  /** Applies a scan. Modules whose file is in `changed` are replaced. */
  sync(scan: Scan, changed: Set<string>): Promise<void>;
}

export function createDevModules(code: ModuleLoader, context: DevContext): DevModules {
  const loaders: ReleaseBundle['modules'] = {};
  const files = new Map<string, string>();

  async function remove(name: string, file: string): Promise<void> {
    files.delete(name);
    delete loaders[name];
    await context.update((running) => running.modules.remove(name), `module ${name}`, file);
  }

  async function replace(name: string, file: string, packageName?: string): Promise<void> {
    files.set(name, file);
    const load = async (): Promise<Record<string, unknown>> =>
      packageName === undefined ? code.load(file) : code.loadPackage(packageName);
    loaders[name] = load;
    await context.update((running) => running.modules.replace(name, load), `module ${name}`, file);
  }

  return {
    loaders,
    list: () => [...files].map(([name, file]) => ({ name, file })),
    async sync(scan, changed) {
      const packages = (scan.foreign ?? []).flatMap((module) => {
        const found = inProcessPackage(module);
        return found ? [{ name: module.name, file: module.source, packageName: found.name }] : [];
      });
      const kept = new Set([...scan.modules, ...packages].map(({ name }) => name));
      for (const [name, file] of files) if (!kept.has(name)) await remove(name, file);
      for (const { name, file, packageName } of packages)
        if (files.get(name) !== file) await replace(name, file, packageName);
      for (const { name, file } of scan.modules) {
        if (files.get(name) !== file || changed.has(file)) await replace(name, file);
      }
    },
  };
}
