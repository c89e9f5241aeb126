import { isRunnable } from '@gati/contract';
import type {
  ReleaseMark,
  ReleaseStore,
  ServerNote,
  StoredRelease,
  StoreHead,
} from '../../ports.ts';
import type { Logger } from '../../types/context.ts';
import { statusOf } from '../store/head.ts';
import type { Permission, WantedRelease } from '../../types/wanted-release.ts';
import type { ReleaseGate } from './release-gate.ts';
import type { ReleaseManager } from './release-manager.ts';
import { OTHERS_WITHIN, takeBack } from './take-back.ts';

/**
 * Milliseconds between two checks of the other servers while they may still be trying the release.
 */
const EARLY_INTERVAL = 1000;
/**
 * Milliseconds between two checks after that: another server runs the release, and each check reads
 * all notes of the store.
 */
const LATE_INTERVAL = 10_000;

export interface ActivationFollowerOptions {
  gate: ReleaseGate;
  manager: Pick<ReleaseManager, 'currentVersion' | 'isReady' | 'isRunning'>;
  store: ReleaseStore;
  ownVersion: string;
  ownId: string;
  logger: Logger;
}

/** The part of a head that this process may serve. */
export interface AllowedHead {
  /** Version to serve as current; `undefined`: the server's own build. */
  current: string | undefined;
  marks: Record<string, ReleaseMark>;
}

/**
 * Follows the activations of a store as far as the server permits it: a release that has not proven
 * itself on this server gets no requests. Takes an activation back when it failed on all servers.
 */
export class ActivationFollower {
  readonly #options: ActivationFollowerOptions;
  #head: StoreHead = { before: [], marks: {} };
  #wanted: WantedRelease | undefined;
  #permission: Pick<Permission, 'state' | 'reason'> = { state: 'granted' };
  #server: string | undefined;
  /** Versions that get no requests. */
  #held: string[] = [];
  /** Versions that a client could request when the head was read last. */
  #runnable: Set<string> | undefined;
  /** `Date.now()` when the wanted release failed on this server. */
  #failedAt = 0;
  /** `Date.now()` of the next check of the other servers. */
  #nextLook = 0;

  constructor(options: ActivationFollowerOptions) {
    this.#options = options;
  }

  /**
   * Requests permission for the release that the head names. Returns what the process may serve
   * now.
   */
  async allow(head: StoreHead, stored: StoredRelease[]): Promise<AllowedHead> {
    const { gate, manager } = this.#options;
    await this.#reportLive(head, stored);
    const wanted = this.#wantedOf(head, stored);
    // Without a readable record there is no code to try.
    const permission = wanted && (await gate.ask(wanted));
    const isOld = this.#permission.state === 'failed' && this.#wanted?.key === wanted?.key;
    if (permission?.state === 'failed' && !isOld) this.#failedAt = this.#nextLook = Date.now();
    this.#head = head;
    this.#wanted = wanted;
    this.#permission = permission ?? { state: 'granted' };
    this.#server = permission?.server ?? this.#server;
    this.#held = permission?.held ?? this.#held;
    const held = this.#held.map(
      (version) => [version, { ...head.marks[version], status: 'staged' }] as const,
    );
    const marks: AllowedHead['marks'] = { ...head.marks, ...Object.fromEntries(held) };
    if (!wanted || !permission || permission.state === 'granted')
      return { current: head.current, marks };
    const isKept = permission.state === 'pending' && manager.isReady;
    const current = isKept ? manager.currentVersion : (permission.use ?? manager.currentVersion);
    const { version } = wanted;
    const mark = this.#markBefore(head, version) ?? { status: 'staged' };
    return { current, marks: { ...marks, [version]: mark } };
  }

  /** Returns the mark that a release had before it became current in the store. */
  #markBefore({ activation, marks }: StoreHead, version: string): ReleaseMark | undefined {
    if (activation?.version === version) return activation.mark;
    // A rollback or a quarantine made a release current that was live before. It may have run on
    // other servers only.
    const isServed =
      this.#permission.state === 'pending' || this.#options.manager.isRunning(version);
    return isServed ? marks[version] : undefined;
  }

  /** Reports to the gate that the permitted release is current, or why it can't be. */
  report(failure: string | undefined): void {
    if (this.#wanted && this.#permission.state === 'granted')
      this.#options.gate.report(this.#wanted.key, failure);
  }

  /** Name of this server. `undefined`: it has not requested a release yet. */
  get server(): string | undefined {
    return this.#server;
  }

  /** The failure of the release that the head names, for the note of this server. */
  get failed(): ServerNote['failed'] {
    const { state, reason = '' } = this.#permission;
    if (state !== 'failed' || !this.#wanted) return undefined;
    const { version } = this.#wanted;
    const { activation } = this.#head;
    return {
      version,
      reason,
      ...(activation?.version === version && { activatedAt: activation.at }),
    };
  }

  /** Takes the activation back if its release has failed everywhere. */
  async takeBackIfFailed(): Promise<void> {
    const { activation } = this.#head;
    const { failed, server } = this;
    if (!failed || !server || activation?.version !== failed.version) return;
    if (Date.now() < this.#nextLook) return;
    const isEarly = Date.now() - this.#failedAt < OTHERS_WITHIN + LATE_INTERVAL;
    this.#nextLook = Date.now() + (isEarly ? EARLY_INTERVAL : LATE_INTERVAL);
    const { store, logger } = this.#options;
    const { reason, version } = failed;
    const done = await takeBack(store, {
      activation,
      server,
      reason,
      failedAt: this.#failedAt,
    });
    if (done === undefined) return;
    logger.error('a release is quarantined, and the one before is current again', {
      code: 'GATI_RELEASE_QUARANTINED',
      release: version,
      current: done.current ?? this.#options.ownVersion,
      reason,
    });
  }

  /** Reports releases that became live without staying current. They have to prove themselves too. */
  async #reportLive(head: StoreHead, stored: StoredRelease[]): Promise<void> {
    const { gate, ownVersion } = this.#options;
    const runnable = stored.filter(({ version }) => isRunnable(statusOf(head, version)));
    const before = this.#runnable;
    this.#runnable = new Set(runnable.map(({ version }) => version));
    // Releases that were live when the process started have run before.
    if (before === undefined) return;
    for (const { version, id } of runnable) {
      if (before.has(version) || version === ownVersion || version === head.current) continue;
      const key = `${version} ${id}`;
      await gate.ask({ version, id, key, isNew: true, isOwn: false, isCurrent: false });
    }
  }

  #wantedOf(head: StoreHead, stored: StoredRelease[]): WantedRelease | undefined {
    const { ownVersion, ownId } = this.#options;
    const version = head.current ?? ownVersion;
    const isOwn = version === ownVersion;
    const id = isOwn ? ownId : stored.find((release) => release.version === version)?.id;
    if (id === undefined) return undefined;
    const activation = head.activation?.version === version ? head.activation : undefined;
    return {
      version,
      id,
      key: activation ? `${version} ${activation.at}` : version,
      isNew: activation !== undefined && (activation.mark?.status ?? 'staged') === 'staged',
      isOwn,
      isCurrent: true,
    };
  }
}
