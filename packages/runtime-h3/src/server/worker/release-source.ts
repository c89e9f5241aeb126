import type { ServedReleases } from '../../types/served-release.ts';
import type { AppContext } from '../../global-context/create-global-context.ts';
import type { GlobalContext, Logger } from '../../types/context.ts';
import type { MigratePayload } from '../../effects/engine/job-release.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';
import type { ReleaseRules } from '../../releases/manager/release-rules.ts';

export interface OpenReleasesOptions {
  own: ReleaseBundle;
  rules: ReleaseRules;
  /** `dist/server/releases` */
  folder: URL | string | undefined;
  /** `GATI_RELEASES` */
  store: string | undefined;
  /** `GATI_CACHE` */
  cache: string | undefined;
  usage(bundle: ReleaseBundle): { open: number; idle: number };
  onTooManyReleases(): void;
  logger: Logger;
  /** Milliseconds after which an older release that nobody uses is closed. */
  unused?: number | undefined;
}

/** What is served, and by what. */
export interface ReleaseSource {
  releases(): ServedReleases;
  context(bundle: ReleaseBundle): Promise<GlobalContext>;
  /** Of the release that is current. */
  current(): Promise<AppContext>;
  readonly currentVersion: string;
  /** What migrations make of a payload that an old release queued, for the current one. */
  migratePayload: MigratePayload;
}

export interface OpenedReleases {
  source: ReleaseSource;
  /** Milliseconds that modules have to end. */
  close(within: number): Promise<void>;
}
