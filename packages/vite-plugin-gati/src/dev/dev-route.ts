import type { BundleRoute, LoadedRoute } from '@gati/runtime-h3/app';
import type { RouteFile } from '../scan/types.ts';

/**
 * A route in development. Code and contract are loaded together: on the first request, and again
 * after a change of either.
 */
export class DevRoute implements BundleRoute {
  /** The file of the route. Another file may take over the route; its id stays. */
  file: RouteFile;
  readonly #load: (file: RouteFile) => Promise<LoadedRoute>;
  #current: LoadedRoute | undefined;
  #pending: Promise<LoadedRoute> | undefined;
  /** Number of changes. A load that began before the last one is out of date. */
  #generation = 0;
  #isUsed = false;

  constructor(file: RouteFile, load: (file: RouteFile) => Promise<LoadedRoute>) {
    this.file = file;
    this.#load = load;
  }

  get id(): string {
    return this.file.id;
  }
  get method(): string {
    return this.file.method;
  }
  get path(): string {
    return this.file.path;
  }
  get domain(): string {
    return this.file.domain;
  }
  get version(): string | undefined {
    return this.file.version;
  }
  get allowCrossSite(): boolean | undefined {
    return this.file.allowCrossSite;
  }

  /**
   * Whether the route was loaded before. Then an edit loads it again without waiting for a request.
   */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  load(): LoadedRoute | Promise<LoadedRoute> {
    if (this.#current) return this.#current;
    if (!this.#pending) {
      this.#pending = this.#run();
      // A caller may not await the promise yet when it rejects.
      this.#pending.catch(() => undefined);
    }
    return this.#pending;
  }

  /** Marks the loaded route as out of date. Running requests keep it, later ones load it again. */
  invalidate(): void {
    this.#generation++;
    this.#current = undefined;
    this.#pending = undefined;
  }

  async #run(): Promise<LoadedRoute> {
    this.#isUsed = true;
    const generation = this.#generation;
    try {
      const loaded = await this.#load(this.file);
      if (generation !== this.#generation) return await this.load();
      this.#current = loaded;
      return loaded;
    } catch (error) {
      // The error of an outdated load does not matter: the next load decides.
      if (generation !== this.#generation) return await this.load();
      throw error;
    } finally {
      if (generation === this.#generation) this.#pending = undefined;
    }
  }
}
