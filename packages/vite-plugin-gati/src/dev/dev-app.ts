import type { BundleEffect, ReleaseBundle } from '@gati/runtime-h3/app';
import { ABI, ALL_QUEUES, type AppContext, createGlobalContext } from '@gati/runtime-h3/internal';
import { createTextLogger } from '@gati/runtime-h3/telemetry';
import { compilePayload } from '../compile/compile-checks.ts';
import type { Project } from '../project.ts';
import type { RouteFile, Scan } from '../scan/types.ts';
import type { ModuleLoader } from './module-loader.ts';
import { createRouteLoader } from './load-route.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';
import { DevRoute } from './dev-route.ts';
import { createDevRouter } from './dev-router.ts';
import type { FileSnapshots } from './file-snapshots.ts';
import { toDiagnostic } from './diagnose-error.ts';

/** The app as it runs in development: one release whose parts change in place. Lives as long as the server. */
export interface DevApp {
  /** The release for the next request; another object after a change that needs a new global context. */
  release(): ReleaseBundle;
  /** Global context of a release. */
  context(release: ReleaseBundle): Promise<AppContext>;
  /** Takes up what the files say now; those in `changed` (from the root) have other code or another contract. */
  apply(scan: Scan, changed?: Set<string>): Promise<void>;
  close(): Promise<void>;
}

interface DevAppDependencies {
  project: Project;
  code: ModuleLoader;
  problems: DiagnosticReporter;
  env: Record<string, string | undefined>;
  texts: FileSnapshots;
}

export function createDevApp({ project, code, problems, env, texts }: DevAppDependencies): DevApp {
  const { root } = project;
  const logger = createTextLogger();
  const loader = createRouteLoader({
    root,
    code,
    problems,
    texts,
    analyzer: () => project.analyzer(),
  });
  const slots = new Map<string, DevRoute>();
  const modules: ReleaseBundle['modules'] = {};
  const effects: Record<string, BundleEffect> = {};
  /** Name → file, of what is in `modules` and `effects`. */
  const files = { modules: new Map<string, string>(), effects: new Map<string, string>() };
  let applied: Scan | undefined;
  let config: string | undefined;
  let bundle = createBundle(() => undefined);
  let context: { bundle: ReleaseBundle; made: Promise<AppContext> } | undefined;

  function createBundle(match: ReleaseBundle['match']): ReleaseBundle {
    const file = config;
    return {
      abi: ABI,
      version: project.app.version,
      id: 'rel_development',
      get contract() {
        return {
          routes: [...loader.contracts.values()],
          effects: [],
          modules: [...files.modules].map(([name, file]) => ({ name, file })),
          $defs: loader.$defs,
        };
      },
      routes: [...slots.values()],
      match,
      modules,
      effects,
      ...(file === undefined ? {} : { config: async () => (await code.load(file))['default'] }),
    };
  }

  function syncRoutes(scan: Scan, changed: Set<string>): void {
    if (scan === applied) {
      for (const slot of slots.values()) if (isMadeOf(slot.route, changed)) renew(slot);
      return;
    }
    problems.set('scan', scan.diagnostics);
    applied = scan;
    const kept = new Set(scan.routes.map(({ id }) => id));
    const isNew = scan.routes.some(({ id }) => !slots.has(id)) || kept.size !== slots.size;
    for (const route of scan.routes) {
      const slot = slots.get(route.id) ?? new DevRoute(route, loader.load);
      slots.set(route.id, slot);
      const isSame = JSON.stringify(slot.route) === JSON.stringify(route);
      if (isSame && !isMadeOf(route, changed)) continue;
      slot.route = route;
      renew(slot);
    }
    if (!isNew) return;
    for (const id of slots.keys()) {
      if (kept.has(id)) continue;
      slots.delete(id);
      loader.forget(id);
    }
    bundle.match = createDevRouter([...slots.values()]);
    bundle.routes = [...slots.values()];
  }

  function renew(slot: DevRoute): void {
    slot.stale();
    // Requests wait for it anyway; a failure is a problem that the loader has told.
    if (slot.used) void slot.load();
  }

  /** Modules and effects of the running context follow; without one the next finds them. */
  async function follow(
    action: (context: AppContext) => Promise<void>,
    source: string,
    file: string,
  ): Promise<void> {
    const running = await context?.made.catch(() => undefined);
    if (!running) return;
    try {
      await action(running);
      problems.delete(source);
    } catch (error) {
      problems.set(source, [toDiagnostic(error, root, file)]);
    }
  }

  const moduleLoader = (file: string) => async (): Promise<Record<string, unknown>> =>
    code.load(file);

  async function syncModules(scan: Scan, changed: Set<string>): Promise<void> {
    for (const [name, file] of files.modules) {
      if (scan.modules.some((module) => module.name === name)) continue;
      files.modules.delete(name);
      delete modules[name];
      await follow((running) => running.modules.remove(name), `module ${name}`, file);
    }
    for (const { name, file } of scan.modules) {
      if (files.modules.get(name) === file && !changed.has(file)) continue;
      files.modules.set(name, file);
      await replaceModule(name, file);
    }
  }

  async function replaceModule(name: string, file: string): Promise<void> {
    const load = (modules[name] = moduleLoader(file));
    await follow((running) => running.modules.replace(name, load), `module ${name}`, file);
  }

  async function syncEffects(scan: Scan, changed: Set<string>): Promise<void> {
    for (const name of files.effects.keys()) {
      if (scan.effects.some((effect) => effect.name === name)) continue;
      files.effects.delete(name);
      delete effects[name];
      problems.delete(`effect ${name}`);
    }
    const other = scan.effects.filter(
      ({ name, file }) => files.effects.get(name) !== file || changed.has(file),
    );
    await Promise.all(other.map(({ name, file }) => replaceEffect(name, file)));
  }

  async function replaceEffect(name: string, file: string): Promise<void> {
    files.effects.set(name, file);
    let loaded: Promise<unknown> | undefined;
    const load = (): Promise<unknown> => {
      loaded ??= code.load(file);
      loaded.catch(() => (loaded = undefined));
      return loaded;
    };
    // The engine asks at every look at the queue.
    const slot: BundleEffect = { load: load as BundleEffect['load'] };
    // Without a context nothing can be queued yet, and making one waits for the contracts.
    if (context) await describeEffect(name, file, slot);
    effects[name] = slot;
  }

  async function describeEffect(name: string, file: string, slot: BundleEffect): Promise<void> {
    try {
      const analyzed = await (await project.analyzer()).effect({ name, file });
      problems.set(`effect ${name}`, analyzed.warnings);
      const payload = compilePayload(analyzed.contract, analyzed.$defs);
      if (payload) slot.payload = payload;
    } catch (error) {
      problems.set(`effect ${name}`, [toDiagnostic(error, root, file)]);
    }
  }

  async function makeContext(release: ReleaseBundle): Promise<AppContext> {
    try {
      await Promise.all(
        [...files.effects].map(([name, file]) =>
          describeEffect(name, file, effects[name] as BundleEffect),
        ),
      );
      const made = await createGlobalContext({
        release,
        mode: 'development',
        logger,
        env,
        queues: ALL_QUEUES,
      });
      problems.delete('context');
      return made;
    } catch (error) {
      problems.set('context', [toDiagnostic(error, root, config)]);
      throw error;
    }
  }

  /** `src/config.ts` is read once a context, so its change makes a new one. */
  async function renewContext(): Promise<void> {
    const old = context;
    bundle = createBundle(bundle.match);
    if (!old) return;
    await host.context(bundle).catch(() => undefined);
    await old.made.then((made) => made.dispose(2000)).catch(() => undefined);
  }

  const host: DevApp = {
    release: () => bundle,
    context(release) {
      if (context?.bundle === release) return context.made;
      const entry = { bundle: release, made: makeContext(release) };
      entry.made.catch(() => {
        if (context === entry) context = undefined;
      });
      context = entry;
      return entry.made;
    },
    async apply(scan, changed = new Set()) {
      syncRoutes(scan, changed);
      if (scan.config !== config || (config !== undefined && changed.has(config))) {
        config = scan.config;
        await renewContext();
      }
      await Promise.all([syncModules(scan, changed), syncEffects(scan, changed)]);
    },
    async close() {
      const old = context;
      context = undefined;
      await old?.made.then((made) => made.dispose(2000)).catch(() => undefined);
    },
  };
  return host;
}

const isMadeOf = ({ file, middleware }: RouteFile, files: Set<string>): boolean =>
  files.has(file) || middleware.some((one) => files.has(one));
