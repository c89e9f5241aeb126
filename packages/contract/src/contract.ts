import type { RouteMethod } from './http/methods.ts';
import type { Defs, JsonValue, Schema } from './schema/ir.ts';

/** What an app promises to its callers. Plain data: it can be written as JSON and read back unchanged. */
export interface Contract {
  /** Sorted by `id`. */
  routes: RouteContract[];
  /** Sorted by `name`. */
  effects: EffectContract[];
  /** Sorted by `name`. */
  modules: ModuleContract[];
  $defs: Defs;
}

export interface RouteContract {
  /** Method and path template as the author writes them: `POST /payments/:id/capture`, `GET /files/*rest`, `WS /chat/:room`. */
  id: string;
  method: RouteMethod;
  /** Path template: `:name` is one segment, a last `*name` the rest of the path (one segment or more). Without the base. */
  path: string;
  /** First folder below `src/handlers`, else `root`. */
  domain: string;
  /** Where the route stands in the client: `['payments', 'capture']`. */
  name: string[];
  /** File from the root of the project, with `/`. */
  file: string;
  summary?: string;
  description?: string;
  /** `true`, or the text of the `@deprecated` tag. */
  deprecated?: boolean | string;
  /** What a missing version header means here: `latest` or a range. */
  version?: string;

  /** An object schema each. Absent where nothing is declared (`params` is there whenever the path has parameters). */
  params?: Schema;
  query?: Schema;
  headers?: Schema;
  body?: BodyContract;

  /** By status: `'200'` … `'599'`, and `default` for what can't be known. Keys ascend, `default` last. Empty for `WS`. */
  responses: Record<string, ResponseContract>;

  /** WebSocket messages from the client and to it. */
  receive?: Schema;
  send?: Schema;
}

export interface BodyContract {
  /** `application/json`, and the form types where the schema allows them (`multipart/form-data` first where it has a file). */
  contentTypes: string[];
  required: boolean;
  schema: Schema;
}

export interface ResponseContract {
  /** Absent: no content. `{}`: content that is not known. */
  schema?: Schema;
  /** Absent where there is no content. */
  contentType?: string;
  description?: string;
  /** Of `text/event-stream`: the schema of one event's data is `schema`. */
  stream?: boolean;
  /** The author declared this response (it was not only inferred). */
  declared?: boolean;
  examples?: JsonValue[];
}

export interface EffectContract {
  name: string;
  file: string;
  payload?: Schema;
  /** What `run` resolves to. */
  result?: Schema;
}

export interface ModuleContract {
  name: string;
  file: string;
}
