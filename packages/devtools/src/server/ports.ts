import type { IncomingMessage } from 'node:http';
import type { Diagnostic } from '@gati/contract';
import type {
  Environments,
  PlaygroundFileList,
  SavedContent,
  SavedRequest,
} from '../api/playground.ts';
import type { QueueDriver } from '@gati/runtime-h3/effects/inspect';
import type {
  ClusterPort,
  ErrorsPort,
  ModulesPort,
  NodeOperator,
  TrapsPort,
} from '@gati/runtime-h3/telemetry';
import type { PanelState } from './node/overrides.ts';
import type { ReleaseStore } from '@gati/runtime-h3/releases';

/** The queue of the app's effects. */
export interface QueuePort {
  /** Opens the queue at the first call; resolves to the same one later. */
  open(): Promise<QueueDriver>;
  /**
   * Makes sure that a process runs the jobs. In development, no process runs them before the first
   * request.
   */
  wake?(): Promise<void>;
}

/** The release store of the app. */
export interface ReleasesPort {
  /** Opens the store at the first call; resolves to the same one later. */
  open(): Promise<ReleaseStore>;
}

/**
 * Access to the processes of the app's server on this node. The pods of a cluster are behind
 * `ClusterPort`.
 */
export type ClusterOperator = NodeOperator;

/** Address on this machine at which the app responds. */
export interface AppAddress {
  host: string;
  port: number;
  /** Whether the connection uses TLS. */
  isSecure: boolean;
}

/** The server of the app, to which the playground sends requests. */
export interface AppServerPort {
  /** @param req request of the panel, which may have come to the same server */
  address(req: IncomingMessage): AppAddress;
}

/** Requests and environments as files of the project. */
export interface PlaygroundFiles {
  list(): Promise<PlaygroundFileList>;
  /**
   * Writes a request. Comments, the order of keys and unknown keys of its file stay.
   *
   * @param known its file. Absent: a new file
   * @throws {PanelError} 409 when the file has changed since it was read
   */
  save(content: SavedContent, known?: FileVersion): Promise<FileVersion>;
  /** @throws {PanelError} 409 when the file has changed since it was read */
  remove(known: FileVersion): Promise<void>;
  /** @throws {PanelError} 409 when the file has changed since it was read */
  saveEnvironments(environments: Environments): Promise<void>;
}

/** A file of the playground, as it was when it was read. */
export type FileVersion = Pick<SavedRequest, 'slug' | 'revision'>;

/**
 * Parts of the app that the panel uses besides telemetry. Each part is opened when a page first
 * needs it.
 */
export interface PanelPorts {
  /** Absent if jobs are in the memory of other processes. */
  queue?: QueuePort;
  /** Absent if no store is set up. */
  releases?: ReleasesPort;
  /** Files of the playground. Absent in production, where there is no project. */
  playground?: PlaygroundFiles;
  /** Absent if the panel can't reach the app. */
  app?: AppServerPort;
  /** Absent if the panel has no connection to the processes. */
  operator?: ClusterOperator;
  /** Absent if the server does not run in a cluster, or if its panel may not act on the cluster. */
  cluster?: ClusterPort;
  /** Absent if the app has no modules outside of its process. */
  modules?: ModulesPort;
  /** Absent if nothing is recorded. */
  traps?: TrapsPort;
  /** Absent if the panel keeps nothing, as in development. */
  state?: PanelState;
  /** Absent if nothing is recorded. */
  errors?: ErrorsPort;
  /** Returns what the build would report about the sources. Absent in production. */
  diagnostics?: () => readonly Diagnostic[];
}
