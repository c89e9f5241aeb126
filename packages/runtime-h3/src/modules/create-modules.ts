import { GatiError, isGatiError } from '@gati/contract';
import type { GlobalContext } from '../types/context.ts';
import type { Loader } from '../types/bundle.ts';
import type { ModuleDefinition, ModuleFile } from '../types/modules.ts';

type Api = unknown;

interface Entry {
  name: string;
  api: Api;
  definition: ModuleDefinition | undefined;
}

interface Pending {
  entry: Promise<Entry>;
  /** The module that this one's set-up waits for right now. */
  waitsFor: string | undefined;
}

export interface Modules {
  /** `gctx.modules`: each name reaches the current module. */
  readonly api: Record<string, Api>;
  /** Sets up all. Throws `GATI_MODULE_SETUP` or `GATI_MODULE_CYCLE`, having disposed what was up. */
  setup(gctx: GlobalContext): Promise<void>;
  /** Sets up the new code, moves the name to it, then disposes the old. A set-up that fails leaves the old in place. */
  replace(name: string, file: Loader<ModuleFile>): Promise<void>;
  remove(name: string): Promise<void>;
  /** Names of the modules that can't serve, with the reason. */
  health(): Promise<Record<string, string>>;
  /** In reverse order of set-up. What fails is given back, nothing is thrown. */
  dispose(): Promise<Error[]>;
}

export function createModules(files: Record<string, Loader<ModuleFile>>): Modules {
  const api: Record<string, Api> = Object.create(null) as Record<string, Api>;
  /** In the order of set-up. */
  const ready = new Map<string, Entry>();
  const pending = new Map<string, Pending>();
  let root: GlobalContext | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const context = (): GlobalContext => {
    if (!root) throw new Error('modules are used before setup()');
    return root;
  };

  const publish = (entry: Entry): void => {
    ready.delete(entry.name);
    ready.set(entry.name, entry);
    Object.defineProperty(api, entry.name, {
      value: entry.api,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  };

  /** What `owner`'s set-up sees as `gctx`: a module that is not up yet answers by promises, which wait for it. */
  const contextFor = (owner: string): GlobalContext => {
    const modules = new Proxy(api, {
      get: (target, name) => (typeof name === 'string' ? reach(owner, name, target) : undefined),
    });
    return Object.create(context(), {
      modules: { value: modules, enumerable: true },
    }) as GlobalContext;
  };

  const reach = (owner: string, name: string, target: Record<string, Api>): Api => {
    if (ready.has(name) || !pending.has(name)) return target[name];
    return new Proxy({} as Record<string, unknown>, {
      get: (_, method) => {
        // Not a thenable: `await gctx.modules.x` must not hang.
        if (typeof method !== 'string' || method === 'then') return undefined;
        return async (...args: unknown[]) => {
          const { api } = await awaitModule(owner, name);
          return ((api as Record<string, unknown>)[method] as (...args: unknown[]) => unknown)(
            ...args,
          );
        };
      },
    });
  };

  const awaitModule = async (owner: string, name: string): Promise<Entry> => {
    const waiting = pending.get(owner);
    const wanted = pending.get(name);
    if (!wanted) return ready.get(name)!;
    if (!waiting) return wanted.entry;
    waiting.waitsFor = name;
    const circle = [owner];
    for (let at: string | undefined = name; at !== undefined; at = pending.get(at)?.waitsFor) {
      circle.push(at);
      if (at === owner) throw cycleError(circle);
    }
    try {
      return await wanted.entry;
    } finally {
      waiting.waitsFor = undefined;
    }
  };

  const setUp = async (name: string, load: Loader<ModuleFile>): Promise<Entry> => {
    try {
      const file = await load();
      const definition = toDefinition(file);
      return {
        name,
        definition,
        api: definition ? await definition.setup(contextFor(name)) : file,
      };
    } catch (error) {
      throw isGatiError(error, 'GATI_MODULE_') ? error : setupError(name, error);
    }
  };

  const begin = (name: string, load: Loader<ModuleFile>): Promise<Entry> => {
    // A tick later, so that all names are pending before the first set-up looks for another.
    const entry = Promise.resolve()
      .then(() => setUp(name, load))
      .then((done) => {
        publish(done);
        return done;
      })
      .finally(() => pending.delete(name));
    pending.set(name, { entry, waitsFor: undefined });
    return entry;
  };

  /** One change after the other, so that the last one stays and each disposes what it replaces. */
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    const done = last.then(change);
    last = done.catch(() => {});
    return done;
  };

  const disposeEntry = async ({ name, api, definition }: Entry): Promise<Error | undefined> => {
    try {
      await definition?.dispose?.(api);
      return undefined;
    } catch (error) {
      return new Error(`module ${name} could not be disposed`, { cause: error });
    }
  };

  const modules: Modules = {
    api,

    async setup(gctx) {
      root = gctx;
      const settled = await Promise.allSettled(
        Object.entries(files).map(([name, load]) => begin(name, load)),
      );
      const failed = settled.find((result) => result.status === 'rejected');
      if (!failed) return;
      await modules.dispose();
      throw failed.reason;
    },

    replace: (name, file) =>
      inTurn(async () => {
        const entry = await setUp(name, file);
        const old = ready.get(name);
        publish(entry);
        if (old) await disposeEntry(old);
      }),

    remove: (name) =>
      inTurn(async () => {
        const old = ready.get(name);
        ready.delete(name);
        delete api[name];
        if (old) await disposeEntry(old);
      }),

    async health() {
      const bad: Record<string, string> = {};
      await Promise.all(
        [...ready.values()].map(async ({ name, api, definition }) => {
          try {
            if ((await definition?.health?.(api)) === false) bad[name] = 'not healthy';
          } catch (error) {
            bad[name] = error instanceof Error ? error.message : String(error);
          }
        }),
      );
      return bad;
    },

    async dispose() {
      await last;
      const errors: Error[] = [];
      for (const entry of [...ready.values()].toReversed()) {
        ready.delete(entry.name);
        const error = await disposeEntry(entry);
        if (error) errors.push(error);
      }
      return errors;
    },
  };
  return modules;
}

/** The definition that a file exports as default, known by its shape. */
function toDefinition(file: ModuleFile): ModuleDefinition | undefined {
  const found = file.default;
  return typeof found === 'object' &&
    found !== null &&
    typeof (found as { setup?: unknown }).setup === 'function'
    ? (found as ModuleDefinition)
    : undefined;
}

function cycleError(circle: string[]): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_CYCLE',
    message: `The set-ups of modules wait for each other: ${circle.join(' → ')}.`,
    fix: 'Use the other module inside the functions that setup() returns, not while setting up, or move what both need into a third module.',
  });
}

function setupError(name: string, cause: unknown): GatiError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GatiError(
    {
      code: 'GATI_MODULE_SETUP',
      message: `The module "${name}" could not be set up: ${reason}`,
      fix: `Correct setup() in src/modules/${name}.ts, or what it connects to.`,
      file: `src/modules/${name}.ts`,
    },
    { cause },
  );
}
