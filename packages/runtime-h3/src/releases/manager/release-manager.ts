import { isLive, isOver, isRunnable, type ReleaseStatus } from '@gati/contract';
import type { ServedRelease, ServedReleases } from '../../types/served-release.ts';
import type { AppContext } from '../../global-context/create-global-context.ts';
import type { GlobalContext, Logger } from '../../types/context.ts';
import type { ReleaseMark } from '../../ports.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';
import { type Chain, findChain } from '../migrate/chain.ts';
import { migratePayload } from '../migrate/migrate-payload.ts';
import type { MigrationFile } from '../../types/migration.ts';
import type { KnownRelease, Marks } from './known-release.ts';
import type { ReleaseClients } from './release-client.ts';

/** Milliseconds without a request after which a release's modules and connections are closed. */
const UNUSED_AFTER = 15 * 60_000;
/** Milliseconds between two sweeps. */
const SWEEP = 60_000;
/** Maximum number of ended releases whose code stays in memory. */
const MAX_ENDED = 10;
/**
 * Milliseconds that the modules of a closed release have to end. The release has no requests at
 * that point.
 */
const DISPOSE_WITHIN = 10_000;

export interface ReleaseManagerOptions {
  /** The build of this server. It is live unless the store says that it is retired or withdrawn. */
  own: KnownRelease;
  /** Returns how much the app uses a release: open requests, and milliseconds since the last. */
  usage(bundle: ReleaseBundle): { open: number; idle: number };
  /**
   * Called once, when too much code of ended releases is in memory: only a new process frees it.
   */
  onTooManyReleases(): void;
  logger: Logger;
  /** Milliseconds without a request after which a release is closed. Default: 15 minutes. */
  unused?: number | undefined;
  /** Folder of the client files in the server's own build. */
  clientFolder?: string | undefined;
  /**
   * Whether a store names the current release. If so, the first `update` makes the manager ready.
   */
  hasStore: boolean;
}

/** A consistent state of all releases. */
export interface KnownReleases {
  releases: readonly KnownRelease[];
  marks: Marks;
  /** Version of the current release; `undefined`: the server's own build. */
  current: string | undefined;
}

/**
 * Runs several releases in one process. Each has separate code, modules and connections, which load
 * at its first request.
 */
export class ReleaseManager {
  readonly #options: ReleaseManagerOptions;
  #known = new Map<string, KnownRelease>();
  #marks: Marks = {};
  #current: string;
  /** Reasons why releases could not start, by version. They get no requests. */
  readonly #failed = new Map<string, string>();
  #served: ServedReleases;
  #hasTooMany = false;
  #clientFolder: string | undefined;
  #isReady: boolean;
  readonly #onReady: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(options: ReleaseManagerOptions) {
    this.#options = options;
    const { own, hasStore } = options;
    this.#isReady = !hasStore;
    this.#known.set(own.version, own);
    this.#current = own.version;
    this.#clientFolder = options.clientFolder;
    this.#served = this.#list();
    this.#timer = setInterval(() => this.sweep(), SWEEP);
    this.#timer.unref();
  }

  /** Returns the served releases. Any change creates another object. */
  releases(): ServedReleases {
    return this.#served;
  }

  /** Returns `gctx` of a release. */
  async context(bundle: ReleaseBundle): Promise<GlobalContext> {
    return (await this.#find(bundle.version).instance.context()).gctx;
  }

  /** The client's files: those of the current release, and of the others that run. */
  readonly clients: ReleaseClients = {
    current: () => this.#clientFolder,
    find: async (path) => {
      const found = [...this.#known.values()]
        .filter(({ version }) => isRunnable(this.#servedStatusOf(version)))
        .find(({ client }) => client?.has(path));
      return found?.client?.folder();
    },
  };

  /** Returns the context of the current release. */
  current(): Promise<AppContext> {
    return this.#find(this.#current).instance.context();
  }

  get currentVersion(): string {
    return this.#current;
  }

  /** Whether the current release is known and serves. Once ready, the manager stays ready. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves when the manager is ready. */
  whenReady(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isReady) resolve();
      else this.#onReady.push(resolve);
    });
  }

  /** Whether a release has modules and connections in this process. */
  isRunning(version: string): boolean {
    return this.#known.get(version)?.instance.hasContext === true;
  }

  /** Returns why a release could not start. */
  startFailure(version: string): string | undefined {
    return this.#failed.get(version);
  }

  known(version: string): KnownRelease | undefined {
    return this.#known.get(version);
  }

  /**
   * Applies a new state. A release that becomes current is warmed up first, while the old one still
   * serves. If the warm-up fails, or the release is not among the known ones, the old one stays
   * current, and the result is `false`. No other release is ever served in its place, so a manager
   * that was not ready is still not ready.
   */
  async update({ releases, marks, current }: KnownReleases): Promise<boolean> {
    const { own, logger } = this.#options;
    const next = new Map(releases.map((release) => [release.version, release]));
    const stored = next.get(own.version);
    next.set(own.version, stored?.id === own.id ? mergeOwn(own, stored) : own);
    const old = this.#known.get(this.#current)!;
    if (!next.has(old.version)) next.set(old.version, old);
    this.#known = next;
    const wanted = current ?? own.version;
    const isNew = wanted !== this.#current || this.#failed.has(wanted);
    let failure: string | undefined;
    if (!next.has(wanted)) failure = 'The store has no readable record of it.';
    else if (isNew) failure = await this.#warmUp(wanted);
    if (failure === undefined) {
      this.#failed.delete(wanted);
      this.#current = wanted;
      if (isNew) this.#clientFolder = await next.get(wanted)!.client?.folder();
    } else {
      this.#failed.set(wanted, failure);
      this.#logFailure(wanted, failure);
    }
    this.#marks = marks;
    this.#served = this.#list();
    this.sweep();
    if (failure !== undefined) return false;
    if (isNew) logger.info('a release is current', { release: wanted });
    this.#becomeReady();
    return true;
  }

  /**
   * Migrates a payload (as JSON) that an older release enqueued, for the current release. Returns
   * `undefined` when no migration has the effect.
   */
  async migratePayload(
    effect: string,
    payload: unknown,
    from: string,
  ): Promise<{ payload: unknown } | undefined> {
    return migratePayload(this.#migrations(), this.#current, { effect, payload, from });
  }

  /** Closes releases without requests, and counts ended releases in memory. */
  sweep(): void {
    const { unused = UNUSED_AFTER, usage, logger } = this.#options;
    let endedInMemory = 0;
    for (const { version, instance } of this.#known.values()) {
      const over = isOver(this.#statusOf(version));
      if (over && instance.isLoaded) endedInMemory++;
      if (
        version === this.#current ||
        version === this.#options.own.version ||
        !instance.hasContext ||
        instance.currentBundle === undefined
      )
        continue;
      const { open, idle } = usage(instance.currentBundle);
      if (open > 0 || idle < (over ? Math.min(unused, SWEEP) : unused)) continue;
      logger.info('an unused release is closed', { release: version });
      void instance.closeContext(DISPOSE_WITHIN);
      // A new list, so that the app drops its state of the release.
      this.#served = this.#list();
    }
    if (endedInMemory <= MAX_ENDED || this.#hasTooMany) return;
    this.#hasTooMany = true;
    this.#options.onTooManyReleases();
  }

  /** Closes all releases. */
  async dispose(within: number): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(
      [...this.#known.values()].map(({ instance }) => instance.closeContext(within)),
    );
  }

  #logFailure(release: string, reason: string): void {
    const message = this.#isReady
      ? 'a release could not start and gets no requests'
      : 'the current release could not start, so the server is not ready';
    const current = this.#isReady ? this.#current : undefined;
    this.#options.logger.error(message, { code: 'GATI_RELEASE_WARMUP', release, current, reason });
  }

  #becomeReady(): void {
    this.#isReady = true;
    for (const resolve of this.#onReady.splice(0)) resolve();
  }

  #find(version: string): KnownRelease {
    const found = this.#known.get(version);
    if (found === undefined) throw new Error(`Release ${version} is no longer available.`);
    return found;
  }

  /** Returns the reason of a failure. */
  async #warmUp(version: string): Promise<string | undefined> {
    try {
      const { instance, client } = this.#find(version);
      await Promise.all([instance.warmUp(), client?.folder()]);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #list(): ServedReleases {
    const list = [...this.#known.values()].map((release) => this.#toServed(release));
    return { list, current: this.#current };
  }

  #toServed({
    version,
    id,
    date,
    route,
    match,
    contract,
    instance,
    document,
  }: KnownRelease): ServedRelease {
    const { deprecatedAt, sunsetAt } = this.#markOf(version) ?? {};
    const chain = match && contract && this.#chainOf(version);
    const migration = chain && { ...chain, match, contract };
    return {
      version,
      id,
      date,
      status: this.#servedStatusOf(version),
      route,
      bundle: () => instance.bundle(),
      ...(deprecatedAt !== undefined && { deprecatedAt }),
      ...(sunsetAt !== undefined && { sunsetAt }),
      ...(document !== undefined && { document }),
      ...(migration && { migrated: true, migration }),
    };
  }

  /** Returns the migrations that serve a retired release, if they lead to a live one. */
  #chainOf(version: string): Chain | undefined {
    if (this.#statusOf(version) !== 'retired') return undefined;
    const targets = [...this.#known.keys()].filter((other) => isLive(this.#statusOf(other)));
    return findChain(version, this.#migrations(), targets);
  }

  /**
   * Returns the migrations of the current release, which are the newest, then those of the own
   * build.
   */
  #migrations(): MigrationFile[] {
    const loaded = [this.#current, this.#options.own.version].map(
      (version) => this.#known.get(version)?.instance.currentBundle?.migrations ?? [],
    );
    return loaded.flat();
  }

  #statusOf(version: string): ReleaseStatus {
    if (this.#failed.has(version)) return 'staged';
    const { status = 'staged', quarantine } = this.#markOf(version) ?? {};
    if (version !== this.#options.own.version) return status;
    // A quarantined release gets no requests, unless it is the current one.
    if (quarantine !== undefined && version !== this.#current) return status;
    // The current release counts as live even if the store does not know it or has ended it, so
    // that there is always a release to serve.
    return version === this.#current && status !== 'deprecated' ? 'live' : status;
  }

  /**
   * The status by which requests find a release. The own build has served clients if no release was
   * activated at that time. Its exact version keeps working, like that of a withdrawn release.
   */
  #servedStatusOf(version: string): ReleaseStatus {
    const status = this.#statusOf(version);
    const isOwn = version === this.#options.own.version && !this.#failed.has(version);
    return isOwn && status === 'staged' && this.#markOf(version)?.quarantine === undefined
      ? 'withdrawn'
      : status;
  }

  #markOf(version: string): ReleaseMark | undefined {
    return Object.hasOwn(this.#marks, version) ? this.#marks[version] : undefined;
  }
}

/**
 * Returns the server's own build as the store has it. Its code is already loaded. Its date and its
 * document are those of the store: a later build may have replaced the document beside the server.
 */
function mergeOwn(own: KnownRelease, stored: KnownRelease): KnownRelease {
  const { date, document = own.document } = stored;
  return { ...stored, ...own, date, ...(document !== undefined && { document }) };
}
