import type { AppOptions } from '../app/options.ts';
import type { Queues } from '../effects/drivers/queue-opener.ts';
import type { ForeignDeclaration } from '../types/foreign.ts';
import type { ReleaseBundle } from '../types/bundle.ts';
import type { Compression } from './http/compression.ts';

/** Options of `startServer`, printed by the build into `dist/server/index.mjs`. */
export interface ServerOptions extends Pick<
  AppOptions,
  'base' | 'cors' | 'expose' | 'limits' | 'missingVersion'
> {
  /** Name of the app, which exported telemetry has. */
  name?: string;
  /** Loads the release. Only workers call it, so that the supervisor stays small. */
  release(): Promise<ReleaseBundle>;
  /** Folder of the older releases that the build bundled: `dist/server/releases`. */
  releases?: URL | string;
  /** Folder of the client's files: `dist/client`. A folder that does not exist counts as none. */
  client?: URL | string;
  /** Path below which the client's files are served, Vite's `base`: `/app/`. `/` by default. */
  clientBase?: string;
  /** Folder of the client's hashed files, Vite's `build.assetsDir`. `assets` by default. */
  assetsDir?: string;
  /** Folder of the panel: `dist/server/panel`. A folder that does not exist counts as none. */
  panel?: URL;
  /** File with the pages of the error codes: `dist/server/errors.json`. */
  errors?: URL;
  /** Which responses of routes are compressed; all by default. */
  compression?: Compression;
  /**
   * By scheme of `GATI_EFFECTS`, the queue drivers that the server contains besides the built-in
   * ones.
   */
  queues?: Queues;
  /** Loads the files of `src/migrations`. Absent: there are none. */
  databaseMigrations?: NonNullable<ReleaseBundle['databaseMigrations']>;
  /** Modules that run outside of the app's process. Absent: there are none. */
  modules?: ServerModules;
}

/** The modules of a server, whose processes the supervisor runs. */
export interface ServerModules {
  list: ForeignDeclaration[];
  /** Folder that paths of sources start from: the output folder of the build. */
  root: URL;
  /** Loads the code that runs the processes. */
  load(): Promise<typeof import('../module-host/index.ts')>;
}
