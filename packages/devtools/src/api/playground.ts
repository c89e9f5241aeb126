/** Requests and responses of the playground below `/_control/api/playground/`. */
import type {
  Bump,
  Change,
  Defs,
  JsonValue,
  RouteContract,
  SecurityRequirement,
} from '@gati/contract';
import type { Shape } from './types.ts';
import type { Violation } from './explain.ts';

export type { Violation };

/** Methods that do not change the app (RFC 9110, section 9.2.1). */
export const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Maximum number of bytes of a response that the page gets. Further bytes are counted only. */
export const MAX_SHOWN_BYTES: number = 8 * 1024 * 1024;

/** A route with everything from which the page makes a request. */
export interface PlaygroundRoute {
  /** `POST /payments/:id/capture` */
  id: string;
  method: string;
  /** With the base. */
  path: string;
  domain: string;
  file: string;
  summary?: string;
  /** Absent while the types are being read. */
  contract?: PlaygroundContract;
  /** Definitions that the schemas refer to. */
  $defs: Defs;
  /** Differences from the requested version to the current code. Absent without a version. */
  difference?: { bump: Bump; changes: Change[] };
  /** Why the contract of the requested version is unknown. */
  unknownVersion?: string;
}

export type PlaygroundContract = Pick<
  RouteContract,
  'params' | 'query' | 'headers' | 'body' | 'responses' | 'receive' | 'send'
> & { security?: SecurityRequirement };

/** A request that the panel's server sends to the app. */
export interface SentRequest {
  method: string;
  /** Path and query: `/payments/p1?full=true`. */
  path: string;
  headers: [name: string, value: string][];
  body?: { text: string } | { base64: string };
  /** For the audit log. Production requires it if the method may change the app. */
  reason?: string;
}

/** A WebSocket that the panel's server opens to the app. */
export type SentHandshake = Omit<SentRequest, 'method' | 'body'>;

/** A response, a stream or a socket as it arrives: one JSON document per line. */
export type ReplyEvent =
  /** `id` identifies a socket in later requests. */
  | { type: 'start'; id: string; traceId: string }
  | { type: 'head'; status: number; text: string; headers: [string, string][]; ms: number }
  | { type: 'data'; base64: string }
  /** An event of `text/event-stream`. */
  | { type: 'event'; event: string; id: string; data: string; ms: number; violations: Violation[] }
  /** A socket is open. */
  | { type: 'open'; protocol: string; ms: number }
  | ({ type: 'message'; ms: number; violations: Violation[] } & (
      | { text: string }
      | { base64: string }
    ))
  | { type: 'close'; code: number; reason: string; ms: number }
  | { type: 'end'; ms: number; bytes: number; contract: ContractCheck }
  | { type: 'error'; code: string; detail: string; ms: number };

/** Whether a response fits the contract of its route. */
export interface ContractCheck {
  /** `unchecked`: `note` says why. */
  result: 'fits' | 'differs' | 'unchecked';
  note: string;
  violations: Violation[];
}

/** The app as the playground sees it, and what is stored beside it. */
export interface PlaygroundWorkspace {
  /** Name of the app. Browsers store the history under it. */
  app: string;
  mode: 'development' | 'production';
  /** Whether requests can be sent from here. */
  canSend: boolean;
  /** Versions that a request may name, the highest first. */
  versions: string[];
  /**
   * Version for new requests. Set while several releases are live and a request without a version
   * gets 300. Absent if requests need no version.
   */
  defaultVersion?: string;
  routes: PlaygroundRouteItem[];
  effects: { name: string; payload?: Shape }[];
  /** Development only: requests and environments as files of the project. */
  files?: PlaygroundFileList;
}

/** A route in the list. */
export type PlaygroundRouteItem = Pick<
  PlaygroundRoute,
  'id' | 'method' | 'path' | 'domain' | 'summary'
>;

/** Content of the folder with the files of the playground. */
export interface PlaygroundFileList {
  /** From the root of the project: `.gati/playground`. */
  folder: string;
  requests: SavedRequest[];
  environments: Environments;
  /** Files that can't be read. */
  problems: { file: string; reason: string }[];
}

/** A request in a file. */
export interface SavedRequest {
  /** Name of its file without `.yaml`. */
  slug: string;
  /** Hash of its bytes. */
  revision: string;
  content: SavedContent;
}

/** Content of a file with a request. Each string may contain variables. */
export interface SavedContent {
  name: string;
  /** `POST /payments/:id/capture` */
  request: string;
  version?: string;
  params?: Record<string, JsonValue>;
  query?: Record<string, JsonValue>;
  headers?: Record<string, JsonValue>;
  /** Fields that the contract does not name. */
  extra?: { in: 'query' | 'header' | 'cookie'; name: string; value: string; off?: true }[];
  auth?: string;
  contentType?: string;
  /** JSON of the body. */
  body?: JsonValue;
  /** A body that is no JSON. */
  text?: string;
  message?: string;
}

export interface Environments {
  /** Values of variables by environment. */
  environments: Record<string, Record<string, string>>;
  /** Names of variables whose values are no part of the file. */
  secrets: string[];
  /** Hash of the file; empty if there is none. */
  revision: string;
}
