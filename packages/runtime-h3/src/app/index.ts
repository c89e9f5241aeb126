/** Entry `@gati/runtime-h3/app`: the app behind a server, its options, and the types of a release. */
export { createApp } from './create-app.ts';
export type {
  App,
  AppOptions,
  CorsOptions,
  ExposeOptions,
  Published,
  PublishLink,
} from './options.ts';
export { onlyRelease } from './versions/only-release.ts';
export { DEFAULT_LIMITS, type Limits } from '../types/limits.ts';
export type {
  MigrationPath,
  MissingVersion,
  ServedRelease,
  ServedReleases,
} from '../types/served-release.ts';
export type * from '../types/bundle.ts';
export type * from '../types/standard-schema.ts';
