import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { QueueDriver, ReleaseStore } from '../ports.ts';
import type { Logger } from './context.ts';
import type { ClusterPort } from './cluster.ts';
import type { NodeOperator } from './process-metrics.ts';
import type { ModulesPort } from './module-item.ts';
import type { TrapsPort } from './trap.ts';
import type { ErrorsPort, TelemetrySource } from './telemetry-source.ts';

/**
 * The module `panel.mjs` in the folder of a built panel. The collector imports it, and the command
 * `panel`.
 */
export interface PanelModule {
  /** @throws when the accounts can't be opened */
  openPanel(host: PanelHost): Promise<BuiltPanel>;
  /**
   * Makes a link that makes an owner. It ends those before it.
   *
   * @param cluster in which several processes share the accounts
   * @throws when the accounts can't be opened
   */
  createPanelLink(
    access: PanelAccess,
    cluster?: ClusterPort,
  ): Promise<{ url: string; minutes: number }>;
}

/** File with the accounts of a panel, and the address of the panel in browsers. */
export interface PanelAccess {
  /** Path of the SQLite file with the accounts. */
  file: string;
  /** Origin in browsers. Absent: localhost, with `port`. */
  origin?: string | undefined;
  /** Port of the server. Absent: the one of its last start. */
  port?: number;
}

/** Parts of a server that a panel uses, from the process that serves it. */
export interface PanelHost {
  /** Absent: nothing is recorded. */
  source: TelemetrySource | undefined;
  /** The queue of the app's effects. Absent if only the workers see the jobs. */
  queue?: { open(): Promise<QueueDriver> };
  /** The release store. Absent if the server has none. */
  releases?: { open(): Promise<ReleaseStore> };
  /** Address of the app on this machine. */
  app: { host: string; port: number };
  /** Measures the processes of this server. */
  operator?: NodeOperator;
  /** Absent if the server does not run in a cluster, or if its panel may not act on the cluster. */
  cluster?: ClusterPort;
  /** Absent if the app has no modules outside of its process. */
  modules?: ModulesPort;
  /** Absent if nothing is recorded. */
  traps?: TrapsPort;
  /** Absent if nothing is recorded. */
  errors?: ErrorsPort;
  access: PanelAccess;
  logger: Logger;
}

export interface BuiltPanel {
  /** Path below the origin of the panel: `https://shop.example/_control/`. */
  url: string;
  /** Address with which the first owner sets the panel up. Absent once that is done. */
  setup: string | undefined;
  /** Responds to a request that a worker has passed on. */
  handle(req: IncomingMessage, res: ServerResponse): void;
  upgrade(req: IncomingMessage, socket: Duplex): void;
  close(): void;
}
