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

/** Milliseconds between two polls of the head in a directory. */
const LOCAL_INTERVAL = 400;
/** Milliseconds between two polls of a remote store, where each one is a paid request. */
const REMOTE_INTERVAL = 2500;
/** Milliseconds before a failed release, or a store that does not respond, is tried again. */
const RETRY_AFTER = 10_000;
/** Milliseconds after which a server renews its note. */
const HEARTBEAT = 30_000;
/** Milliseconds for which a note counts. */
const NOTE_LIFETIME = 90_000;

export interface StoreFollowerOptions {
  manager: ReleaseManager;
  store: ReleaseStore;
  rules: ReleaseRules;
  /** The releases that the build bundled. Those of the store replace them by version. */
  bundled: { releases: KnownRelease[]; marks: Marks };
  /** `GATI_CACHE` */
  cache: string | undefined;
  ownVersion: string;
  ownId: string;
  logger: Logger;
}

/**
 * Keeps a release manager up to date with a store. A release that is activated, deprecated, retired
 * or rolled back there changes here soon after.
 */
export class StoreFollower {
  readonly #options: StoreFollowerOptions;
  readonly #known = new Map<string, KnownRelease>();
  readonly #instance = `${hostname()}-${process.pid}`.replace(/[^\w.-]/g, '_');
  #cache: Promise<string> | undefined;
  #tag: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryAt = Number.POSITIVE_INFINITY;
  #noteWrittenAt = 0;
  #isLost = false;
  #isEmpty = false;
  #hasNote = false;
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: StoreFollowerOptions) {
    this.#options = options;
    for (const release of options.bundled.releases) this.#known.set(release.version, release);
  }

  /** Resolves when the manager has the current state of the store, or the store did not respond. */
  async start(): Promise<void> {
    await this.#poll();
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
    if (this.#hasNote) await this.#options.store.removeNote(this.#instance).catch(() => undefined);
    await this.#options.store.close();
  }

  #schedule(): void {
    if (this.#isClosed) return;
    const interval = this.#isLost
      ? RETRY_AFTER
      : /^[a-z][a-z0-9+.-]+:/i.test(this.#options.store.url)
        ? REMOTE_INTERVAL
        : LOCAL_INTERVAL;
    this.#timer = setTimeout(() => {
      this.#running = this.#poll().finally(() => this.#schedule());
    }, interval);
    this.#timer.unref();
  }

  async #poll(): Promise<void> {
    const { store, logger } = this.#options;
    try {
      const tag = await store.tag();
      if (tag !== this.#tag || Date.now() >= this.#retryAt) await this.#refresh();
      else if (Date.now() - this.#noteWrittenAt > HEARTBEAT) await this.#writeNote();
      if (this.#isLost) logger.info('the release store responds again', { store: store.url });
      this.#isLost = false;
    } catch (error) {
      if (!this.#isLost)
        logger.error('the release store does not respond; the server keeps what it serves', {
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
    // Listed after the head was read, so that the list contains each release that the head names.
    const stored = await store.list();
    if (stored.length === 0 && !this.#isEmpty) {
      logger.warn(
        'the release store has no release, so the server serves only its own build; check GATI_RELEASES if you expect releases',
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
      logger.warn('the store has another build of this version; this server serves its own', {
        code: 'GATI_RELEASE_CONFLICT',
        release: ownVersion,
      });
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
    this.#retryAt = isUp ? Number.POSITIVE_INFINITY : Date.now() + RETRY_AFTER;
    await this.#writeNote(isUp ? undefined : head.current);
  }

  /** Converts a release. Each one is converted once, since a release never changes. */
  async #toKnown(release: StoredRelease): Promise<KnownRelease> {
    const known = this.#known.get(release.version);
    const { store, cache, rules } = this.#options;
    if (known?.id === release.id) {
      // A bundled release may lack its document, which the store has.
      const document = known.document ?? documentReader(store, release);
      if (known.date === release.date && known.document === document) return known;
      return this.#remember({
        ...known,
        date: release.date,
        ...(document !== undefined && { document }),
      });
    }
    return this.#remember(
      await toKnownRelease(store, release, () => (this.#cache ??= openCacheFolder(cache)), rules),
    );
  }

  #remember(release: KnownRelease): KnownRelease {
    this.#known.set(release.version, release);
    return release;
  }

  /**
   * Writes the note of this server. If the server may not write, `activate --wait` does not wait
   * for it.
   * @param failed version that could not start
   */
  async #writeNote(failed?: string): Promise<void> {
    const { store, manager: host } = this.#options;
    this.#noteWrittenAt = Date.now();
    const reason = failed === undefined ? undefined : host.startFailure(failed);
    try {
      await store.putNote({
        instance: this.#instance,
        current: host.currentVersion,
        ...(failed !== undefined &&
          reason !== undefined && { failed: { version: failed, reason } }),
        until: Date.now() + NOTE_LIFETIME,
      });
      this.#hasNote = true;
    } catch {
      this.#hasNote = false;
    }
  }
}
