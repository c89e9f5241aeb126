import { readExportSettings } from '../../collector/export/settings.ts';
import { readPeerSettings } from '../collector/peers/settings.ts';
import { bindLogger } from '../../telemetry/log/logger.ts';
import type { Logger } from '../../types/context.ts';
import { heartbeatRule } from '../channel/heartbeat.ts';
import { APP_PORT, CONTROL_PORT, CONTROL_SOCKET } from '../channel/control.ts';
import { TELEMETRY_SOCKET } from '../channel/messages.ts';
import { openTelemetryLink } from '../channel/telemetry-link.ts';
import { createTelemetrySocket, type TelemetrySocket } from './telemetry-socket.ts';
import type { ServerEnv } from '../env.ts';
import { WorkerPool } from './worker-pool.ts';
import type { WorkerEvents, WorkerProcess } from './worker-process.ts';

/** Milliseconds for the collector to write its records. */
const COLLECTOR_DRAIN = 5000;

/** The collector's process, and the connection to it. */
export interface Telemetry {
  /** Environment variables with which a worker finds the collector. */
  env: Record<string, string>;
  /** Socket on which the collector serves the panel. Absent without a panel. */
  control: string | undefined;
  /** Sends log lines of the supervisor itself. */
  write(lines: string): void;
  /** Starts the collector without waiting for it. */
  start(): void;
  /** The collector's process, once it runs. */
  workers(): WorkerProcess[];
  /** Stops the collector. Called when no process sends any more. */
  stop(): Promise<void>;
  kill(): void;
}

export interface TelemetryOptions {
  /** URL of the store, or `off`. */
  store: string | undefined;
  /** Whether workers send telemetry. Otherwise the collector serves the panel only. */
  isObserved: boolean;
  hasPanel: boolean;
  /** Port under which browsers reach the panel, once it is open. */
  panelPort(): number;
  /** Port of the app, once it is open. */
  appPort(): number;
  logger: Logger;
  /** Receives what the collector sends. */
  onMessage: WorkerEvents['onMessage'];
}

/**
 * Returns `undefined` if the processes can't reach the collector, which is logged.
 *
 * @throws {GatiError} GATI_BAD_ENV when the variables of the export can't be used
 */
export function createTelemetry(
  env: ServerEnv,
  { store, isObserved, hasPanel, panelPort, appPort, logger, onMessage }: TelemetryOptions,
): Telemetry | undefined {
  // The collector reads them; a wrong one has to end the start.
  readExportSettings(process.env);
  readPeerSettings(process.env);
  const socket = openSocket(logger);
  if (socket === undefined) return undefined;
  const link = isObserved ? openTelemetryLink(socket.path, 'supervisor') : undefined;
  const lead = { [TELEMETRY_SOCKET]: socket.path };
  const controlLead = { [CONTROL_SOCKET]: socket.control };
  const createPool = (): WorkerPool =>
    new WorkerPool({
      size: 1,
      kind: 'collector',
      env: {
        ...lead,
        ...(store !== undefined && { GATI_TELEMETRY: store }),
        ...(hasPanel && {
          ...controlLead,
          [CONTROL_PORT]: String(panelPort()),
          [APP_PORT]: String(appPort()),
        }),
      },
      heartbeat: heartbeatRule(env, 'collector'),
      startTimeout: env.startTimeout,
      drain: COLLECTOR_DRAIN,
      backlog: 0,
      onDrop: () => {},
      onCrash: () => {},
      onReady: () => {},
      onMessage,
      logger: bindLogger(logger, { process: 'collector' }),
    });
  let pool: WorkerPool | undefined;
  process.once('exit', () => socket.remove());
  const isPublic = hasPanel && env.adminPort === undefined;
  return {
    env: { ...(isObserved && lead), ...(isPublic && controlLead) },
    control: hasPanel ? socket.control : undefined,
    write: (lines) => link?.write(lines),
    workers: () => pool?.workers ?? [],
    start() {
      pool = createPool();
      pool.startInBackground();
    },
    async stop() {
      await link?.close();
      await pool?.stop();
    },
    kill: () => pool?.kill(),
  };
}

function openSocket(logger: Logger): TelemetrySocket | undefined {
  try {
    return createTelemetrySocket();
  } catch (error) {
    logger.warn('telemetry and the panel are off, since no temporary folder can be written to', {
      reason: (error as Error).message,
    });
    return undefined;
  }
}
