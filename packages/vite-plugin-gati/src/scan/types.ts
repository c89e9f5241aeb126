import type { Diagnostic, RouteMethod } from '@gati/contract';

/** What the files of an app say before any type is looked at. Plain data, sorted, without absolute paths. */
export interface Scan {
  /** Sorted by `id`. */
  routes: RouteFile[];
  /** Sorted by `name`. */
  modules: NamedFile[];
  /** Sorted by `name`. */
  effects: NamedFile[];
  /** `src/config.ts`, if there. */
  config?: string;
  /** `src/versions/*.ts`, sorted by `file`. */
  versions: VersionFile[];
  diagnostics: Diagnostic[];
}

export interface NamedFile {
  name: string;
  /** From the root, with `/`. */
  file: string;
}

/** A migration: what keeps the versions of `from` answered when their code is gone. */
export interface VersionFile {
  /** The file's name: a version or a range of them. */
  from: string;
  /** `export const to`: the version that it carries them to. */
  to: string;
  /** From the root, with `/`. */
  file: string;
}

export interface RouteFile {
  /** `POST /payments/:id/capture` */
  id: string;
  method: RouteMethod;
  /** `:name`, last `*name`; no base. */
  path: string;
  domain: string;
  /** Path in the client. */
  name: string[];
  /** From the root, with `/`. */
  file: string;
  /** Line of the route export, or 1. */
  line: number;
  /** Exported names, types included: which of `Body`, `query`, `socket` … the file has. */
  exports: { values: string[]; types: string[] };
  /** How the handler stands there. */
  handler: 'handler' | 'default' | 'socket';
  /** `export const version`. */
  version?: string;
  /** `_middleware.ts` files from the root, outermost first. */
  middleware: string[];
}
