import type { SettingOverrides } from '../../config/runtime-settings.ts';
import type { Order, PoolStatus } from '../../types/process-metrics.ts';
import type { ServerMetrics, WorkerMetrics } from '../../telemetry/export/server-metrics.ts';
import type { ModuleDescriptor, ModuleState } from '../../types/foreign.ts';
import type { Permission, WantedRelease } from '../../types/wanted-release.ts';

/**
 * Role of a worker process:
 *
 * - `first` serves HTTP and logs the start-up notes of the app, so that they appear once.
 * - `more` serves HTTP: every other worker, and each replacement of a worker.
 * - `effects` runs jobs of a shared queue and gets no connections.
 * - `collector` stores and exports the telemetry of the other processes. It runs no code of the
 *   app.
 * - `proof` tries one release of the store, gets no connections and runs no jobs.
 */
export type WorkerKind = 'first' | 'more' | 'effects' | 'collector' | 'proof';

/** Environment variable that makes a process a worker. Its value is a {@link WorkerKind}. */
export const WORKER_MARK = 'GATI_WORKER';

/** Environment variable with the path of the collector's socket. Absent: nothing is collected. */
export const TELEMETRY_SOCKET = 'GATI_TELEMETRY_SOCKET';

/** Response of the supervisor to a worker that wants to make a release current. */
export interface ReleasePermission extends Permission {
  /** `key` of the {@link WantedRelease}. */
  key: string;
}

/**
 * A WebSocket message that a peer published. A worker sends it to the supervisor at each publish,
 * and the supervisor sends it to all other workers.
 */
export interface PublishMessage {
  gati: 'publish';
  topic: string;
  data: string;
  /** `data` is base64. */
  bytes?: true;
}

/**
 * Messages from the supervisor to one worker. The app may use the same channel, so each message has
 * the field `gati`.
 */
export type MessageToWorker =
  /** Sent for each accepted connection, with its socket as the handle. */
  | { gati: 'connection'; id: number }
  /** Sent after the ready line, which scripts expect first: the worker may write to stdout now. */
  | { gati: 'release-stdout' }
  /** Sent to replace or stop the worker. It exits within `within` milliseconds and a short grace. */
  | { gati: 'drain'; within: number }
  /** Sent to every worker for one scrape of `/metrics`: reply with `worker-metrics`. */
  | { gati: 'collect-metrics'; id: number }
  /** Reply to `request-metrics`. */
  | ({ gati: 'all-metrics'; id: number } & ServerMetrics)
  /** Sent to every worker when settings are changed, and to new workers. */
  | { gati: 'settings'; overrides: SettingOverrides }
  /** Reply to `operate`. */
  | { gati: 'operated'; id: number; status: PoolStatus; error?: string }
  /** Reply to `release-wanted`, and sent again when the permission changes. */
  | ({ gati: 'release-permission' } & ReleasePermission)
  /** Where a module can be called, after `module-wanted` and after each change: reply `module-moved`. */
  | ({ gati: 'module-state'; id: number; name: string } & ModuleState)
  /** Sent before a swap: reply with `module-checked`. */
  | { gati: 'module-check'; id: number; name: string; descriptor: ModuleDescriptor }
  | PublishMessage;

/** Messages from one worker to the supervisor. */
export type MessageToSupervisor =
  /** Reply to `connection`: the worker has the socket, so the supervisor closes its copy. */
  | { gati: 'connection-accepted'; id: number }
  /** Sent before a step of the start that may hang, and with `done` after it. */
  | { gati: 'starting'; step: string; done?: true }
  /** Sent once, when the worker can serve. */
  | { gati: 'ready' }
  /** Sent in place of `ready`, with the error as people read it; the worker then exits. */
  | { gati: 'start-failed'; text: string }
  /**
   * Sent at an interval while the event loop runs. `inspected`: a debugger may pause the process, so
   * its silence means nothing.
   */
  | { gati: 'alive'; inspected?: boolean }
  /** Sent after an uncaught error: the worker drains by itself and needs a replacement. */
  | { gati: 'draining'; reason?: string }
  /** Sent when the store names another current release: reply with `release-permission`. */
  | ({ gati: 'release-wanted' } & WantedRelease)
  /** Sent when the worker has made a release current, or could not, with the `reason`. */
  | { gati: 'release-taken'; key: string; reason?: string | undefined }
  /** Sent once, when too much code of ended releases is in memory: only a new process frees it. */
  | { gati: 'too-many-releases' }
  /** Sent when the worker opens a shared queue whose jobs another process has to run. */
  | { gati: 'queue-opened' }
  /** Sent when a client requests `/metrics`: reply with `all-metrics`. */
  | { gati: 'request-metrics'; id: number }
  /** Sent by the collector for a person: reply with `operated`. */
  | { gati: 'operate'; id: number; order: Order }
  /** Reply to `collect-metrics`; also sent before a worker exits, with the id 0. */
  | { gati: 'worker-metrics'; id: number; metrics: WorkerMetrics }
  /** Sent once for each module that the worker calls: reply with `module-state`. */
  | { gati: 'module-wanted'; name: string }
  /** Reply to `module-state`: no call uses the earlier address. */
  | { gati: 'module-moved'; id: number }
  /** Reply to `module-check`: what the descriptor breaks for live releases. */
  | { gati: 'module-checked'; id: number; problems: string[] }
  | PublishMessage;

/** Whether a message on the channel is from the runtime, not from the app. */
export function isMessage(value: unknown): value is { gati: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { gati?: unknown }).gati === 'string'
  );
}
