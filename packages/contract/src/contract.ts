import type { RouteMethod } from './http/methods.ts';
import type { Defs, JsonValue, Schema } from './schema/ir.ts';
import type { SecurityRequirement } from './security/scheme.ts';

/**
 * The API of an app: what it promises to its clients. Plain data that survives JSON unchanged.
 */
export interface Contract {
  /** Sorted by `id`. */
  routes: RouteContract[];
  /** Sorted by `name`. */
  effects: EffectContract[];
  /** Sorted by `name`. */
  modules: ModuleContract[];
  $defs: Defs;
}

/** One route: what a client sends, and the responses that it can receive. */
export interface RouteContract {
  /**
   * Method and path template as the author writes them: `POST /payments/:id/capture`,
   * `GET /files/*rest`, `WS /chat/:room`.
   */
  id: string;
  method: RouteMethod;
  /**
   * Path template without the base. `:name` is one segment; `*name` at the end is the rest of the
   * path, one segment or more.
   */
  path: string;
  /** First folder below `src/handlers`, or `root`. */
  domain: string;
  /** Path of the route's method in the client: `['payments', 'capture']`. */
  name: string[];
  /** File of the handler, from the root of the project, with `/`. */
  file: string;
  /** First paragraph of the handler's doc comment. */
  summary?: string;
  /** The other paragraphs of the handler's doc comment. */
  description?: string;
  /** `true`, or the text of the `@deprecated` tag. */
  deprecated?: boolean | string;
  /**
   * Release that a request without a version gets on this route: `latest`, `oldest` or a version
   * request.
   */
  version?: string;
  /** Credentials that the route requires. Absent: nothing is declared. Empty: it is public. */
  security?: SecurityRequirement;

  /** Object schema. Present whenever the path has parameters. */
  params?: Schema;
  /** Object schema. Absent when the handler declares no query. */
  query?: Schema;
  /** Object schema with names in lower case. Absent when the handler declares no headers. */
  headers?: Schema;
  body?: BodyContract;

  /**
   * Responses by status, in ascending order: `'200'` to `'599'`, then `default` for statuses that
   * the analysis does not know. For `WS`, these are the errors of its guards, which reject the
   * handshake.
   */
  responses: Record<string, ResponseContract>;

  /** `WS` only: messages from the client. */
  receive?: Schema;
  /** `WS` only: messages to the client. */
  send?: Schema;
}

/** The body that a route reads. */
export interface BodyContract {
  /**
   * Media types that the route accepts: `application/json`, and the two form types if a form can
   * contain the schema. `multipart/form-data` comes first if the schema has a file.
   */
  contentTypes: string[];
  /** `false`: clients may leave the body out. */
  required: boolean;
  schema: Schema;
}

/** Response of a route with one status. */
export interface ResponseContract {
  /** Schema of the body. Absent: no content. `{}`: unknown content. */
  schema?: Schema;
  /** Absent if the response has no content. */
  contentType?: string;
  description?: string;
  /** `true`: the response is `text/event-stream`, and `schema` describes the data of one event. */
  stream?: boolean;
  /**
   * Headers that the handler, its middleware or its guards set, besides the content type: an object
   * schema with names in lower case. The server does not check them. Absent: none is known.
   */
  headers?: Schema;
  /** `true`: the author declared this response. Otherwise it was inferred. */
  declared?: boolean;
  examples?: JsonValue[];
}

/** One effect: the types of the payload and of the result of its jobs. */
export interface EffectContract {
  name: string;
  /** Path from the root of the project, with `/`. */
  file: string;
  /** Absent if the effect takes no payload. */
  payload?: Schema;
  /** Type of the value that the promise of `run` resolves to. */
  result?: Schema;
}

/** One module of the app, `gctx.modules.<name>`. */
export interface ModuleContract {
  name: string;
  /** Path from the root of the project, with `/`: the code, or the declaration of a foreign module. */
  file: string;
  /** Where a foreign module comes from: `exec:./modules/scorer`. Absent: a file in `src/modules`. */
  source?: string;
  /** Version of a foreign module, as its descriptor says. */
  version?: string;
  /** Methods of a foreign module, sorted by `name`. */
  methods?: MethodContract[];
  /** Container of a `docker:` module, which a deploy runs. Absent for modules without one. */
  container?: ContainerContract;
}

/** Pods or containers of a `docker:` module. */
export interface ContainerContract {
  scaling?: ContainerScaling;
  /** Names of the environment variables that the module gets. */
  env?: string[];
  /** Whether the module may open connections. */
  network?: true;
  /** Whether the module reads or writes files of the machine. Pods have no such files. */
  files?: true;
  /** Bytes of memory. */
  memory: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  stop: number;
}

/** Pods of a module in a cluster. */
export interface ContainerScaling {
  /** Number of pods; 1 by default. */
  min?: number;
  /** Largest number of pods; `min` by default. More than `min` needs an autoscaler. */
  max?: number;
  /** Percent of the requested CPU at which the autoscaler adds a pod; 70 by default. */
  cpu?: number;
}

/** One method of a foreign module. */
export interface MethodContract {
  name: string;
  /** Type of the one argument. Absent: the method takes none. */
  input?: Schema;
  /** Type of the result, or of each item of a stream. Absent: unknown. */
  output?: Schema;
  /** Whether a call may be repeated after a failure. */
  idempotent?: true;
  /** The method responds with a stream of items. */
  stream?: true;
}
