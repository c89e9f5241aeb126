import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGatiError } from '@gati/contract';
import type { Logger } from '../../types/context.ts';
import type { ReleaseStore, ServerNote, StoredRelease } from '../../ports.ts';
import { statusOf } from '../store/head.ts';
import { MAX_REASON } from '../store/quarantine.ts';
import { documentReader } from '../store/read-release.ts';
import { ActivationFollower } from './activation-follower.ts';
import { openCacheFolder } from './cache-folder.ts';
import { createDamagedRelease, guessDate, isDamage } from './damaged-release.ts';
import { toKnownRelease } from './stored-releases.ts';
import type { KnownReleases, ReleaseManager } from './release-manager.ts';
import { removeDeadNotes } from './dead-notes.ts';
import type { KnownRelease, Marks } from './known-release.ts';
import type { ReleaseGate } from './release-gate.ts';
import type { ReleaseRules } from './release-rules.ts';

/** Milliseconds between two polls of the head in a directory. */
const LOCAL_INTERVAL = 400;
/** Milliseconds between two polls of a remote store, where each one is a paid request. */
const REMOTE_INTERVAL = 2500;
/** Milliseconds before a failed release, or a store that does not respond, is tried again. */
const RETRY_AFTER = 10_000;
/** Milliseconds before another try while the server is not ready: until then it serves nothing. */
const RETRY_START = 1000;
/** Milliseconds that the end of a process waits for a poll. */
const CLOSE_TIME = 300;
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
  /** Decides when this process serves a release. Absent: the process serves it at once. */
  gate?: ReleaseGate | undefined;
  logger: Logger;
}

/**
 * Keeps a release manager up to date with a store. If a release is activated, deprecated, retired
 * or rolled back in the store, this process follows soon after.
 */
export class StoreFollower {
  readonly #options: StoreFollowerOptions;
  readonly #activations: ActivationFollower | undefined;
  readonly #known = new Map<string, KnownRelease>();
  /** Versions that are damaged. Each was logged. */
  #damaged = new Set<string>();
  readonly #instance = `${hostname()}-${process.pid}`.replace(/[^\w.-]/g, '_');
  #cache: Promise<string> | undefined;
  #tag: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryAt = Number.POSITIVE_INFINITY;
  #noteWrittenAt = 0;
  #isLost = false;
  #isEmpty = false;
  /** The store has another build under the version of this server's build. */
  #hasOtherBuild = false;
  #hasNote = false;
  #running: Promise<void> = Promise.resolve();
  #isPolling = false;
  /** A permission has changed: the state of the store is applied again. */
  #isOutdated = false;
  #isClosed = false;

  constructor(options: StoreFollowerOptions) {
    this.#options = options;
    for (const release of options.bundled.releases) this.#known.set(release.version, release);
    const { gate } = options;
    this.#activations = gate && new ActivationFollower({ ...options, gate });
    gate?.onChange(() => this.#refreshNow());
  }

  /** Resolves when the manager has the current state of the store, or the store did not respond. */
  async start(): Promise<void> {
    await this.#poll();
    const server = this.#activations?.server;
    if (server !== undefined) await removeDeadNotes(this.#options.store, server).catch(() => {});
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    // The running update may wait for the setup of a release, which may hang.
    await Promise.race([this.#running, sleep(CLOSE_TIME, undefined, { ref: false })]);
    if (this.#hasNote) await this.#options.store.removeNote(this.#instance).catch(() => undefined);
    await this.#options.store.close();
  }

  #schedule(): void {
    if (this.#isClosed) return;
    const interval = this.#isLost
      ? this.#options.manager.isReady
        ? RETRY_AFTER
        : RETRY_START
      : /^[a-z][a-z0-9+.-]+:/i.test(this.#options.store.url)
        ? REMOTE_INTERVAL
        : LOCAL_INTERVAL;
    this.#timer = setTimeout(() => this.#pollNow(), this.#isOutdated ? 0 : interval);
    this.#timer.unref();
  }

  #pollNow(): void {
    this.#running = this.#poll().finally(() => this.#schedule());
  }

  #refreshNow(): void {
    this.#isOutdated = true;
    // A running poll schedules the next one.
    if (this.#isPolling || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#pollNow();
  }

  async #poll(): Promise<void> {
    const { store, logger } = this.#options;
    this.#isPolling = true;
    try {
      const tag = await store.tag();
      const isChanged = tag !== this.#tag || this.#isOutdated;
      this.#isOutdated = false;
      if (isChanged || Date.now() >= this.#retryAt) await this.#refresh();
      else if (Date.now() - this.#noteWrittenAt > HEARTBEAT)
        await this.#writeNote(this.#activations?.failed);
      await this.#activations?.takeBackIfFailed();
      if (this.#isLost) logger.info('the release store responds again', { store: store.url });
      this.#isLost = false;
    } catch (error) {
      if (!this.#isLost && !this.#isClosed) this.#logLost(error);
      this.#isLost = true;
    } finally {
      this.#isPolling = false;
    }
  }

  #logLost(error: unknown): void {
    const { store, manager, logger } = this.#options;
    const consequence = manager.isReady
      ? 'the server keeps what it serves'
      : 'the server is not ready, since it does not know which release is current';
    const isDamaged = isGatiError(error) && error.code === 'GATI_STORE_DAMAGED';
    logger.error(
      `the release store ${isDamaged ? 'is damaged' : 'does not respond'}; ${consequence}`,
      { code: isDamaged ? error.code : 'GATI_STORE_LOST', store: store.url, error },
    );
  }

  async #refresh(): Promise<void> {
    const { store, manager: host, bundled, ownVersion, ownId, logger } = this.#options;
    const { head, tag } = await store.head();
    // Listed after the head was read, so that the list contains each release that the head names.
    const unreadable = new Map<string, unknown>();
    const stored = await store.list((version, error) => unreadable.set(version, error));
    const isEmpty = stored.length + unreadable.size === 0;
    if (isEmpty && !this.#isEmpty) {
      logger.warn(
        'the release store has no release, so the server serves only its own build; check GATI_RELEASES if you expect releases',
        {
          store: store.url,
        },
      );
    }
    this.#isEmpty = isEmpty;
    const wanted = stored.filter(
      ({ version }) => statusOf(head, version) !== 'staged' || version === ownVersion,
    );
    const releases = await this.#toReleases(wanted, unreadable, stored);
    const own = stored.find(({ version }) => version === ownVersion);
    const isOther = own !== undefined && own.id !== ownId;
    if (isOther && !this.#hasOtherBuild) {
      logger.warn('the store has another build of this version; this server serves its own', {
        code: 'GATI_RELEASE_CONFLICT',
        release: ownVersion,
      });
    }
    this.#hasOtherBuild = isOther;
    const allowed = (await this.#activations?.allow(head, stored)) ?? head;
    const marks: Marks = { ...bundled.marks, ...allowed.marks };
    const inStore = new Set(releases.map(({ version }) => version));
    const known: KnownReleases = {
      releases: [...bundled.releases.filter(({ version }) => !inStore.has(version)), ...releases],
      marks,
      current: allowed.current,
    };
    const isUp = await host.update(known);
    const failure = isUp ? undefined : this.#failureOf(allowed.current ?? ownVersion);
    this.#activations?.report(failure?.reason);
    this.#tag = tag;
    const isWhole = isUp && this.#damaged.size === 0;
    this.#retryAt = isWhole ? Number.POSITIVE_INFINITY : Date.now() + RETRY_AFTER;
    await this.#writeNote(failure ?? this.#activations?.failed);
  }

  #failureOf(version: string): { version: string; reason: string } {
    return { version, reason: this.#options.manager.startFailure(version) ?? '' };
  }

  /**
   * Converts the releases. A damaged one is replaced by one that gets no request, and does not
   * affect the others. Throws when the store does not respond.
   * @param unreadable errors of the records that can't be read, by version
   * @param stored releases with a readable record
   */
  async #toReleases(
    wanted: StoredRelease[],
    unreadable: Map<string, unknown>,
    stored: StoredRelease[],
  ): Promise<KnownRelease[]> {
    const { rules, ownVersion } = this.#options;
    const damaged = new Map<string, unknown>();
    const toDamaged = (
      release: Pick<StoredRelease, 'version' | 'id' | 'date'>,
      error: unknown,
    ): Promise<KnownRelease> => {
      damaged.set(release.version, error);
      return createDamagedRelease(release, error, rules);
    };
    const releases = await Promise.all([
      ...wanted.map((release) =>
        this.#toKnown(release).catch((error: unknown) => {
          if (!isDamage(error)) throw error;
          return toDamaged(release, error);
        }),
      ),
      // The record is not needed for this server's own build, whose code is loaded.
      ...[...unreadable]
        .filter(([version]) => version !== ownVersion)
        .map(([version, error]) => {
          const release = { version, id: 'rel_unknown', date: guessDate(version, stored) };
          return toDamaged(release, error);
        }),
    ]);
    this.#logDamaged(damaged);
    return releases;
  }

  /** Logs each damaged release once. */
  #logDamaged(damaged: Map<string, unknown>): void {
    const { store, logger } = this.#options;
    for (const [version, error] of damaged) {
      if (this.#damaged.has(version)) continue;
      logger.error('a release in the store is damaged and gets no requests', {
        code: 'GATI_RELEASE_DAMAGED',
        store: store.url,
        release: version,
        error,
      });
    }
    this.#damaged = new Set(damaged.keys());
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
   * Writes the note of this server. If the server has no right to write, `activate --wait` does not
   * wait for it.
   */
  async #writeNote(failed: ServerNote['failed']): Promise<void> {
    const { store, manager: host } = this.#options;
    const server = this.#activations?.server;
    this.#noteWrittenAt = Date.now();
    try {
      await store.putNote({
        instance: this.#instance,
        ...(server !== undefined && { server }),
        ...(host.isReady && { current: host.currentVersion }),
        ...(failed && { failed: { ...failed, reason: failed.reason.slice(0, MAX_REASON) } }),
        until: Date.now() + NOTE_LIFETIME,
      });
      this.#hasNote = true;
    } catch {
      this.#hasNote = false;
    }
  }
}
