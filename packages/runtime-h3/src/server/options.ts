import type { AppOptions } from '../app/options.ts';
import type { ReleaseBundle } from '../releases/bundle.ts';

export interface ServerOptions extends Pick<AppOptions, 'base' | 'cors' | 'limits'> {
  /** Loaded in workers only, so that the supervisor stays small. */
  release(): Promise<ReleaseBundle>;
  /** `dist/client`, where the app has one. */
  client?: URL | string;
}
