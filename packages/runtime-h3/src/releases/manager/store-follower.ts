import { hostname } from 'node:os';
import type { Logger } from '../../types/context.ts';
import type { ReleaseStore, StoredRelease } from '../../ports.ts';
import { statusOf } from '../store/head.ts';
import { documentReader } from '../store/read-release.ts';
import { openCacheFolder } from './cache-folder.ts';
import { toKnownRelease } from './stored-releases.ts';
import type { KnownReleases, ReleaseManager } from './release-manager.ts';
import type { KnownRelease, Marks } from './known-release.ts';
import type { ReleaseRules } from './release-rules.ts';

/** How often the pointer is looked at: milliseconds in a directory, and where each look is a request that costs money. */
const NEAR = 400;
const FAR = 2500;
/** After a release that could not be brought up, or a store that does not answer. */
const AGAIN = 10_000;
/** How often a server says that it is still there, and how long that counts. */
const HEARTBEAT = 30_000;
const NOTE_LASTS = 90_000;

export interface StoreFollowerOptions {
  manager: ReleaseManager;
  store: ReleaseStore;
  rules: ReleaseRules;
  /** What is there besides: the releases that the build took along. */
  bundled: { releases: KnownRelease[]; marks: Marks };
  /** `GATI_CACHE` */
  cache: string | undefined;
  ownVersion: string;
  ownId: string;
  logger: Logger;
}

/** Keeps a host up to date with a store: what is activated, deprecated, retired or rolled back there happens here soon after. */
export class StoreFollower {
  readonly #options: StoreFollowerOptions;
  readonly #known = new Map<string, KnownRelease>();
  readonly #instance = `${hostname()}-${process.pid}`.replace(/[^\w.-]/g, '_');
  #cache: Promise<string> | undefined;
  #tag: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryAt = Number.POSITIVE_INFINITY;
  #notedAt = 0;
  #isLost = false;
  #isEmpty = false;
  #hasNote = false;
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: StoreFollowerOptions) {
    this.#options = options;
    for (const release of options.bundled.releases) this.#known.set(release.version, release);
  }

  /** Resolves when the host knows what the store says now, or that it does not answer. */
  async start(): Promise<void> {
    await this.#look();
    this.#plan();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
    if (this.#hasNote) await this.#options.store.removeNote(this.#instance).catch(() => undefined);
    await this.#options.store.close();
  }

  #plan(): void {
    if (this.#isClosed) return;
    const pause = this.#isLost
      ? AGAIN
      : /^[a-z][a-z0-9+.-]+:/i.test(this.#options.store.url)
        ? FAR
        : NEAR;
    this.#timer = setTimeout(() => {
      this.#running = this.#look().finally(() => this.#plan());
    }, pause);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { store, logger } = this.#options;
    try {
      const tag = await store.tag();
      if (tag !== this.#tag || Date.now() >= this.#retryAt) await this.#refresh();
      else if (Date.now() - this.#notedAt > HEARTBEAT) await this.#note();
      if (this.#isLost) logger.info('the release store answers again', { store: store.url });
      this.#isLost = false;
    } catch (error) {
      if (!this.#isLost)
        logger.error('the release store does not answer; what is served stays', {
          code: 'GATI_STORE_LOST',
          store: store.url,
          error,
        });
      this.#isLost = true;
    }
  }

  async #refresh(): Promise<void> {
    const { store, manager: host, bundled, ownVersion, ownId, logger } = this.#options;
    const { head, tag } = await store.head();
    // Read after the head: what that names is there.
    const stored = await store.list();
    if (stored.length === 0 && !this.#isEmpty) {
      logger.warn(
        'the release store has no release: nothing but the own build is served. If there should be some, GATI_RELEASES names another place',
        {
          store: store.url,
        },
      );
    }
    this.#isEmpty = stored.length === 0;
    const wanted = stored.filter(
      ({ version }) => statusOf(head, version) !== 'staged' || version === ownVersion,
    );
    const releases = await Promise.all(wanted.map((release) => this.#toKnown(release)));
    const own = stored.find(({ version }) => version === ownVersion);
    if (own !== undefined && own.id !== ownId) {
      logger.warn(
        'the store has another build under the version of this server, which serves its own',
        {
          code: 'GATI_RELEASE_CONFLICT',
          release: ownVersion,
        },
      );
    }
    const marks: Marks = { ...bundled.marks, ...head.marks };
    const inStore = new Set(releases.map(({ version }) => version));
    const known: KnownReleases = {
      releases: [...bundled.releases.filter(({ version }) => !inStore.has(version)), ...releases],
      marks,
      current: head.current,
    };
    const isUp = await host.update(known);
    this.#tag = tag;
    this.#retryAt = isUp ? Number.POSITIVE_INFINITY : Date.now() + AGAIN;
    await this.#note(isUp ? undefined : head.current);
  }

  /** Known once, since a release never changes. */
  async #toKnown(release: StoredRelease): Promise<KnownRelease> {
    const known = this.#known.get(release.version);
    const { store, cache, rules } = this.#options;
    if (known?.id === release.id) {
      // A folder that was built without documents: the store has them.
      const document = known.document ?? documentReader(store, release);
      if (known.date === release.date && known.document === document) return known;
      return this.#keep({
        ...known,
        date: release.date,
        ...(document !== undefined && { document }),
      });
    }
    return this.#keep(
      await toKnownRelease(store, release, () => (this.#cache ??= openCacheFolder(cache)), rules),
    );
  }

  #keep(release: KnownRelease): KnownRelease {
    this.#known.set(release.version, release);
    return release;
  }

  /** Not everybody who may read a store may write into it; then nobody waits for this server. */
  async #note(failed?: string): Promise<void> {
    const { store, manager: host } = this.#options;
    this.#notedAt = Date.now();
    const reason = failed === undefined ? undefined : host.startFailure(failed);
    try {
      await store.putNote({
        instance: this.#instance,
        current: host.currentVersion,
        ...(failed !== undefined &&
          reason !== undefined && { failed: { version: failed, reason } }),
        until: Date.now() + NOTE_LASTS,
      });
      this.#hasNote = true;
    } catch {
      this.#hasNote = false;
    }
  }
}
