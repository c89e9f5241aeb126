import type { LoadedRoute, BundleRoute } from '@gati/runtime-h3/app';
import type { RouteFile } from '../scan/types.ts';

/** A route's place in the table. Code and contract are loaded together, on the first request, and again after each change of either. */
export class DevRoute implements BundleRoute {
  /** The same place may get another file; its id stays. */
  route: RouteFile;
  readonly #load: (route: RouteFile) => Promise<LoadedRoute>;
  #current: LoadedRoute | undefined;
  #pending: Promise<LoadedRoute> | undefined;
  #generation = 0;
  #used = false;

  constructor(route: RouteFile, load: (route: RouteFile) => Promise<LoadedRoute>) {
    this.route = route;
    this.#load = load;
  }

  get id(): string {
    return this.route.id;
  }
  get method(): string {
    return this.route.method;
  }
  get path(): string {
    return this.route.path;
  }
  get domain(): string {
    return this.route.domain;
  }
  get version(): string | undefined {
    return this.route.version;
  }

  /** A request or an edit before wanted it, so after an edit it is made ready without waiting for the next request. */
  get used(): boolean {
    return this.#used;
  }

  load(): LoadedRoute | Promise<LoadedRoute> {
    if (this.#current) return this.#current;
    if (!this.#pending) {
      this.#pending = this.#run();
      // Whoever asked may still wait for something else when it fails.
      this.#pending.catch(() => undefined);
    }
    return this.#pending;
  }

  /** What is loaded is out of date. Requests that have it keep it; the next ones wait for the new. */
  stale(): void {
    this.#generation++;
    this.#current = undefined;
    this.#pending = undefined;
  }

  async #run(): Promise<LoadedRoute> {
    this.#used = true;
    const generation = this.#generation;
    try {
      const live = await this.#load(this.route);
      if (generation !== this.#generation) return await this.load();
      this.#current = live;
      return live;
    } catch (error) {
      // What failed was already out of date: its successor decides.
      if (generation !== this.#generation) return await this.load();
      throw error;
    } finally {
      if (generation === this.#generation) this.#pending = undefined;
    }
  }
}
