import type {
  ContainerContract,
  Defs,
  Diagnostic,
  MethodContract,
  RouteMethod,
  SecurityRequirement,
} from '@gati/contract';
import type { ForeignDeclaration } from '@gati/runtime-h3/modules/host';
import type { DeclaredSecurity } from './read-security.ts';
import type { RouteSettings } from './read-route-settings.ts';

/**
 * The files of an app, before types are analysed. Plain data, sorted, without absolute paths.
 */
export interface Scan {
  /** Sorted by `id`. */
  routes: RouteFile[];
  /** The `_guard.ts` and `_middleware.ts` files, outermost first. */
  folders: FolderFile[];
  /** Sorted by `name`. */
  modules: NamedFile[];
  /** Modules that run outside of the app's process, sorted by `name`. Absent: there are none. */
  foreign?: ForeignModule[];
  /** Sorted by `name`. */
  effects: EffectFile[];
  /** `src/config.ts`, if it exists. */
  config?: string;
  /** `src/versions/*.ts`, sorted by `file`. */
  versions: VersionFile[];
  diagnostics: Diagnostic[];
}

/** A file that applies to the routes of its folder and of all folders below. */
export interface FolderFile {
  role: 'guard' | 'middleware';
  /** Path from the root, with `/`. */
  file: string;
  /** Its folder below `src/handlers`: `/`, `/admin`. */
  folder: string;
  /** Names of the types that it exports, sorted. */
  types: string[];
  /** Line of `export const guard`. */
  line?: number;
  /** `export const security` of a guard. */
  security?: DeclaredSecurity;
  /** A guard without the export `guard`, which is an error. */
  isIncomplete?: boolean;
  /** The file declares only that its routes are public, and has no function that runs. */
  isDeclaration?: boolean;
}

export interface NamedFile {
  name: string;
  /** Path from the root, with `/`. */
  file: string;
}

/** A foreign module with the contract that `gati.modules.lock` pins. */
export interface ForeignModule extends ForeignDeclaration, NamedFile {
  version: string;
  methods: MethodContract[];
  $defs: Defs;
  /** HTTP requests of OpenAPI operations, by method. */
  operations?: Record<string, string>;
  /** Absent for modules without a container. */
  container?: ContainerContract;
}

export interface EffectFile extends NamedFile {
  /** The file exports the value `payload`, which may be a Standard Schema. */
  exportsPayload?: true;
  /** Cron line and time zone, if they are constants. */
  schedule?: string;
  timezone?: string;
}

/**
 * A migration. It serves clients of the versions in `from` after the code of those versions is
 * gone.
 */
export interface VersionFile {
  /** The name of the file: a version or a range of versions. */
  from: string;
  /** `export const to`: the version that the file migrates to. */
  to: string;
  /** Path from the root, with `/`. */
  file: string;
}

export interface RouteFile extends RouteSettings {
  /** `POST /payments/:id/capture` */
  id: string;
  method: RouteMethod;
  /** Parameters are `:name`, the last may be `*name`. Without the base. */
  path: string;
  domain: string;
  /** Path in the client: `['payments', 'capture']`. */
  name: string[];
  /** Path from the root, with `/`. */
  file: string;
  /** Line of the route export, or 1. */
  line: number;
  /** Exported names, sorted: which of `Body`, `query`, `socket` … the file has. */
  exports: { values: string[]; types: string[] };
  /** The export that is the handler. */
  handler: 'handler' | 'default' | 'socket';
  /** `export const version`. */
  version?: string;
  /** Credentials that the route requires; empty for a public route. Absent: nothing is declared. */
  security?: SecurityRequirement;
  /** `_guard.ts` files from the root that run for the route, outermost first. */
  guards: string[];
  /**
   * Place of the declaration of each guard in `guards`: `src/handlers/_guard.ts:3`. Absent: no
   * guards.
   */
  guardPlaces?: string[];
  /** `_middleware.ts` files from the root, outermost first. */
  middleware: string[];
}
