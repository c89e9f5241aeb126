import { readExportSettings } from '../../collector/export/settings.ts';
import { bindLogger } from '../../telemetry/log/logger.ts';
import type { Logger } from '../../types/context.ts';
import { heartbeatRule } from '../channel/heartbeat.ts';
import { TELEMETRY_SOCKET } from '../channel/messages.ts';
import { openTelemetryLink } from '../channel/telemetry-link.ts';
import { createTelemetrySocket } from './telemetry-socket.ts';
import type { ServerEnv } from '../env.ts';
import { WorkerPool } from './worker-pool.ts';
import type { WorkerEvents, WorkerProcess } from './worker-process.ts';

/** Milliseconds in which the collector writes what it has. */
const COLLECTOR_DRAIN = 5000;

/** The collector, and the way to it. */
export interface Telemetry {
  /** Variables that lead a process to the collector. */
  env: Record<string, string>;
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

/** @throws {GatiError} GATI_BAD_ENV when the variables of the export can't be used */
export function createTelemetry(
  env: ServerEnv,
  logger: Logger,
  onMessage: WorkerEvents['onMessage'],
): Telemetry {
  // The collector reads them; a wrong one has to end the start.
  readExportSettings(process.env);
  const socket = createTelemetrySocket();
  const link = openTelemetryLink(socket.path, 'supervisor');
  const leads = { [TELEMETRY_SOCKET]: socket.path };
  const pool = new WorkerPool({
    size: 1,
    kind: 'collector',
    env: leads,
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
  process.once('exit', () => socket.remove());
  return {
    env: leads,
    write: (lines) => link.write(lines),
    workers: () => pool.workers,
    start: () => pool.startInBackground(),
    async stop() {
      await link.close();
      await pool.stop();
    },
    kill: () => pool.kill(),
  };
}
