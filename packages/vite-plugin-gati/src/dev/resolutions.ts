import type { EnvironmentModuleNode, RunnableDevEnvironment } from 'vite';

/**
 * The files that the imports of the app's modules resolve to. Vite resolves an import once, when it
 * transforms the module. Without this, a file that is added or removed later would change nothing:
 * a missing file that is created, `dep.ts` beside `dep/index.ts`, a folder, an entry of `paths`.
 * Imports of packages are not followed, because Vite does not watch packages.
 */
export interface Resolutions {
  /** Forgets the imports of a module that is transformed again. */
  forget(importer: string): void;
  /**
   * Resolves an import again as long as files are created or deleted in the meantime, so that its
   * result is never older than the last change.
   */
  current<Resolved>(resolve: () => Promise<Resolved>): Promise<Resolved>;
  /** Whether a recorded import resolves to a file. */
  leadTo(file: string): boolean;
  /** Call it after files were created or deleted. */
  filesChanged(): void;
  /** Records an import. `resolved` is `undefined` if it does not resolve. */
  add(importer: string, source: string, resolved: string | undefined): void;
  /**
   * Resolves all imports again. Returns the modules with an import that resolves differently now.
   * Calls that wait for the same run share its result.
   */
  findStale(): Promise<Set<EnvironmentModuleNode>>;
  /**
   * Makes the resolver read configurations again. Vite does this only after a file was created or
   * deleted, not after an edit of `tsconfig.json` or `package.json`.
   */
  rereadConfigs(): Promise<void>;
}

export function createResolutions(environment: RunnableDevEnvironment): Resolutions {
  /** Resolved ids by source, by the id of the importing module. */
  const known = new Map<string, Map<string, string | undefined>>();
  let last: Promise<unknown> = Promise.resolve();
  let waiting: Promise<Set<EnvironmentModuleNode>> | undefined;
  let changes = 0;

  async function leadsElsewhere(importer: string): Promise<boolean> {
    for (const [source, resolved] of known.get(importer) ?? []) {
      if (resolved?.includes('/node_modules/')) continue;
      const now = await environment.pluginContainer.resolveId(source, importer).catch(() => null);
      if (now?.id !== resolved) return true;
    }
    return false;
  }

  async function find(): Promise<Set<EnvironmentModuleNode>> {
    waiting = undefined;
    const stale = new Set<EnvironmentModuleNode>();
    for (const importer of known.keys()) {
      const module = environment.moduleGraph.getModuleById(importer);
      if (module && (await leadsElsewhere(importer))) stale.add(module);
    }
    return stale;
  }

  return {
    async current(resolve) {
      for (;;) {
        const before = changes;
        const resolved = await resolve();
        if (before === changes) return resolved;
      }
    },
    leadTo: (file) => [...known.values()].some((sources) => [...sources.values()].includes(file)),
    filesChanged: () => void changes++,
    forget: (importer) => void known.delete(importer),
    add(importer, source, resolved) {
      const sources = known.get(importer) ?? new Map<string, string | undefined>();
      known.set(importer, sources.set(source, resolved));
    },
    findStale() {
      if (!waiting) {
        waiting = last.then(find);
        last = waiting.catch(() => undefined);
      }
      return waiting;
    },
    // Relies on: the resolver of Vite drops its cache when any file is created.
    rereadConfigs: () =>
      environment.pluginContainer.watchChange(`${environment.config.root}/tsconfig.json`, {
        event: 'create',
      }),
  };
}
