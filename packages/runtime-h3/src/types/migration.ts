/** A request as JSON has it: what stands in the path, the query and the body, not decoded. */
export interface MigratedRequest {
  params: Record<string, string>;
  query: Record<string, string | string[] | undefined>;
  /** Lower-case names. */
  headers: Record<string, string | undefined>;
  /** `undefined`: none, or none that is JSON. */
  body: unknown;
}

/** An answer in JSON. Problems of the framework, streams and bytes are not told to migrations. */
export interface MigratedResponse {
  status: number;
  body: unknown;
}

/** How one route of the old release is served by a newer one. */
export interface RouteMigration {
  /** What is left out stays as it was. */
  up?(request: MigratedRequest): Partial<MigratedRequest> | Promise<Partial<MigratedRequest>>;
  down?(response: MigratedResponse): Partial<MigratedResponse> | Promise<Partial<MigratedResponse>>;
}

/** One that has another id in the newer release. */
export interface MovedRoute extends RouteMigration {
  to: string;
}

/** Default export of a file in `src/versions`. */
export interface Migration {
  /** Routes that have the same id in both releases; what is not here is the same in all. */
  routes?: Record<string, RouteMigration>;
  /** By their old id. */
  moved?: Record<string, MovedRoute>;
  /** By effect: what is queued by the old release, as JSON, made into what the newer one takes. */
  effects?: Record<string, (payload: unknown) => unknown>;
}

/** A file in `src/versions` as a bundle has it. */
export interface MigrationFile {
  /** Range of the versions that it carries: the file's name. */
  from: string;
  /** Semver that it carries them to; what is compatible with that is meant too. */
  to: string;
  migration: Migration;
}
