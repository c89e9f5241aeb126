import { createTurns } from '../collections/in-turn.ts';
import type { Loader } from '../types/bundle.ts';
import type { GlobalContext } from '../types/context.ts';
import type { ModuleFile } from '../types/modules.ts';
import { ModuleSetup, type ReadyModule, type TrackStep } from './module-setup.ts';

/** The modules of one release in one process. */
export interface Modules {
  /** `gctx.modules`. Each name reads the current module, also after `replace`. */
  readonly api: Record<string, unknown>;
  /**
   * Sets up all modules. When one fails, the modules that are set up are disposed of.
   * @throws {GatiError} GATI_MODULE_SETUP when a module can't be loaded or its setup fails
   * @throws {GatiError} GATI_MODULE_CYCLE when modules wait for each other
   */
  setup(gctx: GlobalContext, track?: TrackStep): Promise<void>;
  /**
   * Sets up new code, moves the name to it, then disposes of the old module. When the setup fails,
   * the old module stays.
   */
  replace(name: string, file: Loader<ModuleFile>): Promise<void>;
  remove(name: string): Promise<void>;
  /** Returns the modules that can't serve, with the reason. */
  health(): Promise<Record<string, string>>;
  /** Disposes of all modules in reverse order of setup. Returns the errors instead of throwing. */
  dispose(): Promise<Error[]>;
}

/** Returns the value that `gctx.modules` has for a module. */
export type ToApi = (module: ReadyModule) => unknown;

/**
 * @param files loaders of the files in `src/modules`, by module name
 * @param toApi by default the module itself
 */
export function createModules(files: Record<string, Loader<ModuleFile>>, toApi?: ToApi): Modules {
  return new ModuleRegistry(files, toApi);
}

class ModuleRegistry implements Modules {
  readonly api: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly #files: Record<string, Loader<ModuleFile>>;
  readonly #toApi: ToApi;
  /** In order of setup. */
  readonly #ready = new Map<string, ReadyModule>();
  #setup: ModuleSetup | undefined;
  /** Runs changes one after another. Each disposes of the module that it replaces. */
  readonly #inTurn = createTurns();

  constructor(files: Record<string, Loader<ModuleFile>>, toApi: ToApi = ({ api }) => api) {
    this.#files = files;
    this.#toApi = toApi;
  }

  async setup(gctx: GlobalContext, track?: TrackStep): Promise<void> {
    const setup = new ModuleSetup(gctx, this.api, this.#ready, track);
    this.#setup = setup;
    const results = await Promise.allSettled(
      Object.entries(this.#files).map(([name, load]) =>
        setup.start(name, load, (module) => this.#publish(module)),
      ),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return;
    await this.dispose();
    throw failed.reason;
  }

  replace(name: string, file: Loader<ModuleFile>): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#setup) throw new Error('modules are replaced before setup()');
      const module = await this.#setup.run(name, file);
      const old = this.#ready.get(name);
      this.#publish(module);
      if (old) await disposeModule(old);
    });
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const old = this.#ready.get(name);
      this.#ready.delete(name);
      delete this.api[name];
      if (old) await disposeModule(old);
    });
  }

  async health(): Promise<Record<string, string>> {
    const failing: Record<string, string> = {};
    await Promise.all(
      [...this.#ready.values()].map(async ({ name, api, definition }) => {
        try {
          if ((await definition?.health?.(api)) === false) failing[name] = 'not healthy';
        } catch (error) {
          failing[name] = error instanceof Error ? error.message : String(error);
        }
      }),
    );
    return failing;
  }

  async dispose(): Promise<Error[]> {
    await this.#inTurn(async () => {});
    const errors: Error[] = [];
    for (const module of [...this.#ready.values()].toReversed()) {
      this.#ready.delete(module.name);
      const error = await disposeModule(module);
      if (error) errors.push(error);
    }
    return errors;
  }

  #publish(module: ReadyModule): void {
    this.#ready.delete(module.name);
    this.#ready.set(module.name, module);
    Object.defineProperty(this.api, module.name, {
      value: this.#toApi(module),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}

async function disposeModule({ name, api, definition }: ReadyModule): Promise<Error | undefined> {
  try {
    await definition?.dispose?.(api);
    return undefined;
  } catch (error) {
    return new Error(`module ${name} could not be disposed`, { cause: error });
  }
}
