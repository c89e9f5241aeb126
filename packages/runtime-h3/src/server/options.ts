import type { AppOptions } from '../app/options.ts';
import type { Queues } from '../effects/drivers/queue-opener.ts';
import type { ReleaseBundle } from '../types/bundle.ts';

export interface ServerOptions extends Pick<
  AppOptions,
  'base' | 'cors' | 'limits' | 'missingVersion'
> {
  /** Loaded in workers only, so that the supervisor stays small. */
  release(): Promise<ReleaseBundle>;
  /** `dist/server/releases`: the older releases that the build took along. */
  releases?: URL | string;
  /** `dist/client`, where the app has one. */
  client?: URL | string;
  /** Drivers of queues that `GATI_EFFECTS` may name. */
  queues?: Queues;
}
