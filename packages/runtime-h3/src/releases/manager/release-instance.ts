import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import type { AppContext } from '../../global-context/create-global-context.ts';
import { ABI, type ReleaseBundle } from '../../types/bundle.ts';

/** Milliseconds before a bundle that failed to load is loaded again. */
const RETRY_AFTER = 5000;
/** Milliseconds that the closing of a release waits for a context that is still being created. */
const SETUP_GRACE = 300;
/** Milliseconds that a release has to warm up. */
const WARMUP_LIMIT = 30_000;

export interface InstanceOptions {
  /** Loads the code of the release. Called again after a failure, with the next `attempt` from 1. */
  load(attempt: number): Promise<ReleaseBundle>;
  createContext(bundle: ReleaseBundle): Promise<AppContext>;
}

/**
 * One release in this process. Its code stays in memory once it is imported. Its context (config,
 * modules, connections) is created when needed, and closed again.
 */
export class ReleaseInstance {
  readonly #options: InstanceOptions;
  #loaded: ReleaseBundle | undefined;
  /** A copy per context: the app caches by bundle, and must not find state of a closed context. */
  #current: ReleaseBundle | undefined;
  #loading: Promise<ReleaseBundle> | undefined;
  #attempts = 0;
  #context: Promise<AppContext> | undefined;

  constructor(options: InstanceOptions) {
    this.#options = options;
  }

  /** Whether its code is in memory. Node can't unload it. */
  get isLoaded(): boolean {
    return this.#loaded !== undefined;
  }

  /** Whether it has modules and connections. */
  get hasContext(): boolean {
    return this.#context !== undefined;
  }

  /**
   * Returns the bundle, and loads it first if needed. Throws the errors of loading.
   * @throws {GatiError} GATI_RELEASE_ABI when the bundle has an ABI version that this server does not run
   */
  bundle(): ReleaseBundle | Promise<ReleaseBundle> {
    return this.#current ?? (this.#loading ??= this.#load());
  }

  /** The bundle of the current context, if the code is loaded. */
  get currentBundle(): ReleaseBundle | undefined {
    return this.#current;
  }

  /** Returns the context, and creates it first if needed. */
  async context(): Promise<AppContext> {
    const bundle = await this.bundle();
    const context = (this.#context ??= this.#options.createContext(bundle));
    try {
      return await context;
    } catch (error) {
      if (this.#context === context) this.#context = undefined;
      throw error;
    }
  }

  /**
   * Loads code and config, sets up the modules and checks their health. Throws when the release
   * can't serve, and closes the context again if this call created it.
   */
  async warmUp(): Promise<void> {
    const hadContext = this.hasContext;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`The release was not ready within ${WARMUP_LIMIT / 1000} s.`)),
        WARMUP_LIMIT,
      );
    });
    try {
      await Promise.race([this.#check(), tooLong]);
    } catch (error) {
      if (!hadContext) void this.closeContext(0);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Disposes of the context, if there is one. The next request creates another.
   * @param within milliseconds that effects and modules have
   */
  async closeContext(within: number): Promise<void> {
    const old = this.#context;
    this.#context = undefined;
    if (this.#loaded !== undefined) this.#current = { ...this.#loaded };
    const created = old?.catch(() => undefined);
    const closed = created?.then((context) => context?.dispose(within));
    // The process must end even if a setup hangs. If the setup ends later, the context is closed then.
    const late = sleep(SETUP_GRACE, 'late' as const, { ref: false });
    if ((await Promise.race([created, late])) === 'late') closed?.catch(() => undefined);
    else await closed;
  }

  async #check(): Promise<void> {
    const [{ health }, { routes }] = await Promise.all([this.context(), this.bundle()]);
    const failing = Object.entries(await health());
    if (failing.length > 0)
      throw new Error(
        `Modules can't serve: ${failing.map(([name, reason]) => `${name} (${reason})`).join(', ')}.`,
      );
    await Promise.all(routes.map((route) => route.load()));
  }

  async #load(): Promise<ReleaseBundle> {
    try {
      const loaded = await this.#options.load(++this.#attempts);
      checkAbi(loaded);
      this.#loaded = loaded;
      return (this.#current = { ...loaded });
    } catch (error) {
      setTimeout(() => (this.#loading = undefined), RETRY_AFTER).unref();
      throw error;
    }
  }
}

/** Accepts a bundle of this ABI version and of the previous one. */
function checkAbi({ abi, version }: Pick<ReleaseBundle, 'version'> & { abi: number }): void {
  if (abi === ABI || abi === ABI - 1) return;
  throw new GatiError({
    code: 'GATI_RELEASE_ABI',
    message: `Release ${version} can't run on this server: its bundle has the ABI version ${abi}, but this server runs ${ABI}${ABI > 1 ? ` and ${ABI - 1}` : ''}.`,
    fix: 'Build its sources again with the current version of Gati, or retire it and serve its clients through a migration in src/versions.',
  });
}
