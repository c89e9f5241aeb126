import { isLive, isOver, type ReleaseStatus } from '@gati/contract';
import type { ServedRelease, ServedReleases } from '../../types/served-release.ts';
import type { AppContext } from '../../global-context/create-global-context.ts';
import type { GlobalContext, Logger } from '../../types/context.ts';
import type { ReleaseMark } from '../../ports.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';
import { type Chain, findChain } from '../migrate/chain.ts';
import { migratePayload } from '../migrate/migrate-payload.ts';
import type { MigrationFile } from '../../types/migration.ts';
import type { KnownRelease, Marks } from './known-release.ts';

/** How long a release goes unused before its modules and connections are closed. Milliseconds. */
const UNUSED = 15 * 60_000;
const SWEEP = 60_000;
/** Code of that many releases that nobody is served by any more may stay in memory. */
const MAX_RETIRED = 10;
/** What is still running on a release that is disposed of: nothing that anybody waits for. */
const DISPOSE_WITHIN = 10_000;

export interface ReleaseManagerOptions {
  /** The build that the server is part of: live unless the store says that it is retired or rolled back. */
  own: KnownRelease;
  /** From the app. */
  usage(bundle: ReleaseBundle): { open: number; idle: number };
  /** So many releases are in memory for nothing that only a new process helps. */
  onTooManyReleases(): void;
  logger: Logger;
  /** Milliseconds after which a release that nobody uses is closed; 15 minutes. */
  unused?: number | undefined;
}

/** What is known of the releases, all at once. */
export interface KnownReleases {
  releases: readonly KnownRelease[];
  marks: Marks;
  /** Where the pointer stands; `undefined`: on the own build. */
  current: string | undefined;
}

/** Many releases in one process: each with its own code, modules and connections, loaded when they are first asked for. */
export class ReleaseManager {
  readonly #options: ReleaseManagerOptions;
  #known = new Map<string, KnownRelease>();
  #marks: Marks = {};
  #current: string;
  /** Releases that could not be brought up: nobody is sent there. */
  readonly #failed = new Map<string, string>();
  #served: ServedReleases;
  #isCrowded = false;
  readonly #timer: NodeJS.Timeout;

  constructor(options: ReleaseManagerOptions) {
    this.#options = options;
    const { own } = options;
    this.#known.set(own.version, own);
    this.#current = own.version;
    this.#served = this.#compose();
    this.#timer = setInterval(() => this.sweep(), SWEEP);
    this.#timer.unref();
  }

  /** Another object whenever anything about it changed. */
  releases(): ServedReleases {
    return this.#served;
  }

  async context(bundle: ReleaseBundle): Promise<GlobalContext> {
    return (await this.#find(bundle.version).instance.context()).gctx;
  }

  /** The context of the release that is current. */
  current(): Promise<AppContext> {
    return this.#find(this.#current).instance.context();
  }

  get currentVersion(): string {
    return this.#current;
  }

  /** Why a release could not be brought up. */
  startFailure(version: string): string | undefined {
    return this.#failed.get(version);
  }

  known(version: string): KnownRelease | undefined {
    return this.#known.get(version);
  }

  /**
   * Takes up what is known now. A release that becomes current is brought up first, beside the old one; until it is there,
   * and if it fails, it gets no request and what was current stays so. `false`: it failed.
   */
  async update({ releases, marks, current }: KnownReleases): Promise<boolean> {
    const { own, logger } = this.#options;
    const next = new Map(releases.map((release) => [release.version, release]));
    const stored = next.get(own.version);
    // The own build is at hand; what it has no word on is as it was stored.
    next.set(own.version, stored?.id === own.id ? { ...stored, ...own, date: stored.date } : own);
    this.#known = next;
    const wanted = current !== undefined && next.has(current) ? current : own.version;
    const isNew = wanted !== this.#current || this.#failed.has(wanted);
    let failure: string | undefined;
    if (isNew) failure = await this.#bringUp(wanted);
    if (failure === undefined) {
      this.#failed.delete(wanted);
      this.#current = wanted;
    } else {
      this.#failed.set(wanted, failure);
      logger.error('a release could not be brought up and gets no requests', {
        code: 'GATI_RELEASE_WARMUP',
        release: wanted,
        current: this.#current,
        reason: failure,
      });
    }
    this.#marks = marks;
    this.#served = this.#compose();
    if (isNew && failure === undefined) logger.info('a release is current', { release: wanted });
    this.sweep();
    return failure === undefined;
  }

  /** What migrations make of a payload (as JSON) that an old release queued, for the current one; `undefined`: they say nothing about it. */
  async migratePayload(
    effect: string,
    payload: unknown,
    from: string,
  ): Promise<{ payload: unknown } | undefined> {
    return migratePayload(this.#migrations(), this.#current, { effect, payload, from });
  }

  /** Closes what nobody uses. */
  sweep(): void {
    const { unused = UNUSED, usage, logger } = this.#options;
    let loadedForNothing = 0;
    for (const { version, instance } of this.#known.values()) {
      const over = isOver(this.#statusOf(version));
      if (over && instance.isLoaded) loadedForNothing++;
      if (
        version === this.#current ||
        version === this.#options.own.version ||
        !instance.hasContext ||
        instance.currentBundle === undefined
      )
        continue;
      const { open, idle } = usage(instance.currentBundle);
      if (open > 0 || idle < (over ? Math.min(unused, SWEEP) : unused)) continue;
      logger.info('a release that nobody uses is closed', { release: version });
      void instance.closeContext(DISPOSE_WITHIN);
      // What the app keeps of it goes with the old list.
      this.#served = this.#compose();
    }
    if (loadedForNothing <= MAX_RETIRED || this.#isCrowded) return;
    this.#isCrowded = true;
    this.#options.onTooManyReleases();
  }

  async dispose(within: number): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(
      [...this.#known.values()].map(({ instance }) => instance.closeContext(within)),
    );
  }

  #find(version: string): KnownRelease {
    const found = this.#known.get(version);
    if (found === undefined) throw new Error(`Release ${version} is gone.`);
    return found;
  }

  async #bringUp(version: string): Promise<string | undefined> {
    try {
      await this.#find(version).instance.warmUp();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #compose(): ServedReleases {
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
      status: this.#statusOf(version),
      route,
      bundle: () => instance.bundle(),
      ...(deprecatedAt !== undefined && { deprecatedAt }),
      ...(sunsetAt !== undefined && { sunsetAt }),
      ...(document !== undefined && { document }),
      ...(migration && { migrated: true, migration }),
    };
  }

  /** Migrations that answer for a retired release. */
  #chainOf(version: string): Chain | undefined {
    if (this.#statusOf(version) !== 'retired') return undefined;
    const targets = [...this.#known.keys()].filter((other) => isLive(this.#statusOf(other)));
    return findChain(version, this.#migrations(), targets);
  }

  /** Those of the current release, which knows the most, and then those of the own build. */
  #migrations(): MigrationFile[] {
    const loaded = [this.#current, this.#options.own.version].map(
      (version) => this.#known.get(version)?.instance.currentBundle?.migrations ?? [],
    );
    return loaded.flat();
  }

  #statusOf(version: string): ReleaseStatus {
    if (this.#failed.has(version)) return 'staged';
    const status = this.#markOf(version)?.status ?? 'staged';
    if (version !== this.#options.own.version) return status;
    // What runs here is live, however little the store knows of it; and nobody is left without any release.
    return status === 'staged' || (version === this.#current && status !== 'deprecated')
      ? 'live'
      : status;
  }

  #markOf(version: string): ReleaseMark | undefined {
    return Object.hasOwn(this.#marks, version) ? this.#marks[version] : undefined;
  }
}
