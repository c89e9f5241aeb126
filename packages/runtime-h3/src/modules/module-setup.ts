import { GatiError, isGatiError } from '@gati/contract';
import type { Loader } from '../types/bundle.ts';
import type { GlobalContext } from '../types/context.ts';
import type { ModuleDefinition, ModuleFile } from '../types/modules.ts';

/** Records that a start waits for something, until the caller calls the returned function. */
export type TrackStep = (step: string) => () => void;

/** A module that is set up. */
export interface ReadyModule {
  name: string;
  api: unknown;
  /** Absent when the exported functions are the module. */
  definition: ModuleDefinition | undefined;
  /** Microseconds that loading and `setup()` took. */
  us: number;
}

interface PendingModule {
  ready: Promise<ReadyModule>;
  /** Name of the module that this setup waits for at the moment. */
  waitsFor: string | undefined;
}

/**
 * Sets up modules at the same time. A setup may use another module by awaiting its functions; a
 * module that is not ready yet is waited for.
 */
export class ModuleSetup {
  readonly #gctx: GlobalContext;
  readonly #api: Record<string, unknown>;
  readonly #ready: ReadonlyMap<string, ReadyModule>;
  readonly #track: TrackStep;
  readonly #pending = new Map<string, PendingModule>();

  constructor(
    gctx: GlobalContext,
    api: Record<string, unknown>,
    ready: ReadonlyMap<string, ReadyModule>,
    track: TrackStep = () => () => {},
  ) {
    this.#track = track;
    this.#gctx = gctx;
    this.#api = api;
    this.#ready = ready;
  }

  /** Sets a module up and publishes it. Other setups can wait for it. */
  start(
    name: string,
    load: Loader<ModuleFile>,
    publish: (module: ReadyModule) => void,
  ): Promise<ReadyModule> {
    // Starts a tick later, so that all names are pending before the first setup uses another module.
    const ready = Promise.resolve()
      .then(() => this.run(name, load))
      .then((module) => {
        publish(module);
        return module;
      })
      .finally(() => this.#pending.delete(name));
    this.#pending.set(name, { ready, waitsFor: undefined });
    return ready;
  }

  /** Loads a module and runs its `setup()`. */
  async run(name: string, load: Loader<ModuleFile>): Promise<ReadyModule> {
    const started = performance.now();
    const elapsed = (): number => Math.trunc((performance.now() - started) * 1000);
    let end = this.#track(`the import of src/modules/${name}.ts`);
    try {
      const file = await load();
      const definition = findDefinition(file);
      if (!definition) return { name, definition, api: file, us: elapsed() };
      end();
      end = this.#track(`setup() of src/modules/${name}.ts`);
      const api = await definition.setup(this.#contextFor(name));
      return { name, definition, api, us: elapsed() };
    } catch (error) {
      throw isGatiError(error, 'GATI_MODULE_') ? error : setupError(name, error);
    } finally {
      end();
    }
  }

  /** Creates the `gctx` of one setup, whose `modules` wait for modules that are not ready. */
  #contextFor(owner: string): GlobalContext {
    const modules = new Proxy(this.#api, {
      get: (_, name) => (typeof name === 'string' ? this.#moduleFor(owner, name) : undefined),
    });
    return Object.create(this.#gctx, {
      modules: { value: modules, enumerable: true },
    }) as GlobalContext;
  }

  #moduleFor(owner: string, name: string): unknown {
    if (this.#ready.has(name) || !this.#pending.has(name)) return this.#api[name];
    return new Proxy({} as Record<string, unknown>, {
      get: (_, method) => {
        // The proxy must not look like a promise, or `await gctx.modules.x` would hang.
        if (typeof method !== 'string' || method === 'then') return undefined;
        return async (...args: unknown[]) => {
          const { api } = await this.#waitFor(owner, name);
          const call = (api as Record<string, unknown>)[method] as (...args: unknown[]) => unknown;
          return call(...args);
        };
      },
    });
  }

  async #waitFor(owner: string, name: string): Promise<ReadyModule> {
    const waiting = this.#pending.get(owner);
    const wanted = this.#pending.get(name);
    if (!wanted) return this.#ready.get(name)!;
    if (!waiting) return wanted.ready;
    waiting.waitsFor = name;
    this.#rejectCycle(owner, name);
    try {
      return await wanted.ready;
    } finally {
      waiting.waitsFor = undefined;
    }
  }

  #rejectCycle(owner: string, name: string): void {
    const path = [owner];
    let at: string | undefined = name;
    while (at !== undefined) {
      path.push(at);
      if (at === owner) throw cycleError(path);
      at = this.#pending.get(at)?.waitsFor;
    }
  }
}

/** Returns the default export if it has the shape of a definition. */
function findDefinition(file: ModuleFile): ModuleDefinition | undefined {
  const found = file.default;
  return typeof found === 'object' &&
    found !== null &&
    typeof (found as { setup?: unknown }).setup === 'function'
    ? (found as ModuleDefinition)
    : undefined;
}

function cycleError(path: string[]): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_CYCLE',
    message: `Modules wait for each other while they are set up: ${path.join(' → ')}.`,
    fix: 'Use the other module inside the functions that setup() returns, or move what both need into a third module.',
  });
}

function setupError(name: string, cause: unknown): GatiError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GatiError(
    {
      code: 'GATI_MODULE_SETUP',
      message: `The module "${name}" could not be set up: ${reason}`,
      fix: `Correct setup() in src/modules/${name}.ts, or start the service that it connects to.`,
      file: `src/modules/${name}.ts`,
    },
    { cause },
  );
}
