import { GatiError } from '@gati/contract';
import type { AppContext } from '../../global-context/create-global-context.ts';
import { ABI, type ReleaseBundle } from '../../types/bundle.ts';

/** A bundle that did not load is not tried again for each request. Milliseconds. */
const RETRY_AFTER = 5000;
/** How long modules have to say how they are before the release is refused. */
const WARMUP_LIMIT = 30_000;

export interface InstanceOptions {
  /** Gives the release's code; called again after it failed. `attempt` is 1 at first. */
  load(attempt: number): Promise<ReleaseBundle>;
  createContext(bundle: ReleaseBundle): Promise<AppContext>;
}

/** One release in this process: its code, which stays once it is imported, and its context, which comes and goes. */
export class ReleaseInstance {
  readonly #options: InstanceOptions;
  #sealed: ReleaseBundle | undefined;
  /** Another object for each context, so that nothing of an old one is met again. */
  #served: ReleaseBundle | undefined;
  #loading: Promise<ReleaseBundle> | undefined;
  #attempts = 0;
  #context: Promise<AppContext> | undefined;

  constructor(options: InstanceOptions) {
    this.#options = options;
  }

  /** Its code is in memory, from where it never goes. */
  get isLoaded(): boolean {
    return this.#sealed !== undefined;
  }

  /** It has modules and connections. */
  get hasContext(): boolean {
    return this.#context !== undefined;
  }

  /** @throws GatiError `GATI_RELEASE_ABI`, and whatever loading it throws. */
  bundle(): ReleaseBundle | Promise<ReleaseBundle> {
    return this.#served ?? (this.#loading ??= this.#load());
  }

  /** The one of now. */
  get currentBundle(): ReleaseBundle | undefined {
    return this.#served;
  }

  async context(): Promise<AppContext> {
    const bundle = await this.bundle();
    const made = (this.#context ??= this.#options.createContext(bundle));
    try {
      return await made;
    } catch (error) {
      if (this.#context === made) this.#context = undefined;
      throw error;
    }
  }

  /** Loads code and configuration, sets the modules up and asks how they are. Throws where it can't serve; what was not open before is closed again then. */
  async warmUp(): Promise<void> {
    const wasOpen = this.hasContext;
    let late: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_resolve, reject) => {
      late = setTimeout(
        () => reject(new Error(`It was not ready within ${WARMUP_LIMIT / 1000} s.`)),
        WARMUP_LIMIT,
      );
    });
    try {
      await Promise.race([this.#check(), tooLong]);
    } catch (error) {
      if (!wasOpen) void this.closeContext(0);
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** Ends the context, if there is one; the next request makes another. */
  async closeContext(within: number): Promise<void> {
    const old = this.#context;
    this.#context = undefined;
    if (this.#sealed !== undefined) this.#served = { ...this.#sealed };
    await (await old?.catch(() => undefined))?.dispose(within);
  }

  async #check(): Promise<void> {
    const [{ health }, { routes }] = await Promise.all([this.context(), this.bundle()]);
    const failing = Object.entries(await health());
    if (failing.length > 0)
      throw new Error(
        `Modules can't serve: ${failing.map(([name, why]) => `${name} (${why})`).join(', ')}.`,
      );
    await Promise.all(routes.map((slot) => slot.load()));
  }

  async #load(): Promise<ReleaseBundle> {
    try {
      const sealed = await this.#options.load(++this.#attempts);
      checkAbi(sealed);
      this.#sealed = sealed;
      return (this.#served = { ...sealed });
    } catch (error) {
      setTimeout(() => (this.#loading = undefined), RETRY_AFTER).unref();
      throw error;
    }
  }
}

/** This shape and the one before. */
function checkAbi({ abi, version }: Pick<ReleaseBundle, 'version'> & { abi: number }): void {
  if (abi === ABI || abi === ABI - 1) return;
  throw new GatiError({
    code: 'GATI_RELEASE_ABI',
    message: `Release ${version} was built for another server: its bundle has shape ${abi}, and this server runs ${ABI}${ABI > 1 ? ` and ${ABI - 1}` : ''}.`,
    fix: 'Build its sources again with the Gati of today, or retire it and carry its callers by a migration in src/versions.',
  });
}
