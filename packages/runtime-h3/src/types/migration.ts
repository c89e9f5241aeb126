/** A request as migrations see it: params, query and body as they arrive, not decoded. */
export interface MigratedRequest {
  params: Record<string, string>;
  query: Record<string, string | string[] | undefined>;
  /** Names are lower case. */
  headers: Record<string, string | undefined>;
  /** `undefined` without a body, or with a body that is not JSON. */
  body: unknown;
}

/** A JSON response. Migrations do not get problems of the framework, streams and bytes. */
export interface MigratedResponse {
  status: number;
  body: unknown;
}

/** Migration of one route to a newer release. */
export interface RouteMigration {
  /** Migrates a request. Parts that are left out stay as they are. */
  up?(request: MigratedRequest): Partial<MigratedRequest> | Promise<Partial<MigratedRequest>>;
  down?(response: MigratedResponse): Partial<MigratedResponse> | Promise<Partial<MigratedResponse>>;
}

/** Migration of a route that has another id in the newer release. */
export interface MovedRoute extends RouteMigration {
  to: string;
}

/** Default export of a file in `src/versions`. */
export interface Migration {
  /** Routes with the same id in both releases. Routes that are not listed are the same in both. */
  routes?: Record<string, RouteMigration>;
  /** Moved routes by their old id. */
  moved?: Record<string, MovedRoute>;
  /**
   * By effect name: migrates a payload that the old release enqueued, as JSON, to one that the
   * newer release accepts.
   */
  effects?: Record<string, (payload: unknown) => unknown>;
}

/** A file in `src/versions` as a bundle contains it. */
export interface MigrationFile {
  /** Range of the versions that the file migrates: the name of the file. */
  from: string;
  /** Version that the file migrates to. A release compatible with this version is a target too. */
  to: string;
  migration: Migration;
}
