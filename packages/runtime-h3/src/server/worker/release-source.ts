import type { MigratePayload } from '../../effects/engine/job-release.ts';
import type { AppContext } from '../../global-context/create-global-context.ts';
import type { ReleaseClients } from '../../releases/manager/release-client.ts';
import type { ReleaseGate } from '../../releases/manager/release-gate.ts';
import type { ReleaseRules } from '../../releases/manager/release-rules.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';
import type { GlobalContext, Logger } from '../../types/context.ts';
import type { ServedReleases } from '../../types/served-release.ts';

export interface OpenReleasesOptions {
  /** The release of this build. */
  own: ReleaseBundle;
  rules: ReleaseRules;
  /** Folder of the bundled releases, `dist/server/releases`. */
  folder: URL | string | undefined;
  /** Address of the release store, `GATI_RELEASES`. */
  store: string | undefined;
  /** Folder for the code of stored releases, `GATI_CACHE`. */
  cache: string | undefined;
  /** Returns how much the app uses a release: open requests, and milliseconds since the last. */
  usage(bundle: ReleaseBundle): { open: number; idle: number };
  onTooManyReleases(): void;
  /**
   * Loads the gate that decides when this process serves an activated release. Absent: the process
   * serves it at once.
   */
  gate?(): Promise<ReleaseGate>;
  /** Folder of the client files in the server's own build, if this process serves it. */
  client?: URL | string | undefined;
  logger: Logger;
  /** Milliseconds after which an older release without requests is closed. */
  unused?: number | undefined;
}

/** The releases of one process and their contexts, for the app and for its effects. */
export interface ReleaseSource {
  releases(): ServedReleases;
  /** `gctx` of a release. */
  context(bundle: ReleaseBundle): Promise<GlobalContext>;
  /** Client files by release. Absent: only the server's own build has any. */
  readonly clients?: ReleaseClients;
  /** Context of the current release. */
  current(): Promise<AppContext>;
  readonly currentVersion: string;
  /** Migrates a payload that an older release enqueued, for the current release. */
  migratePayload: MigratePayload;
}

export interface OpenedReleases {
  source: ReleaseSource;
  /**
   * Resolves when the process knows which release is current. Until then it serves none. Absent:
   * it knows.
   */
  ready?: Promise<void>;
  /** @param within milliseconds that modules have to dispose */
  close(within: number): Promise<void>;
}
