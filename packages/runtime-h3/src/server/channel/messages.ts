import type { WorkerMetrics } from '../../telemetry/export/prometheus.ts';

/** Of the workers that answer requests the first has more to say; `effects` runs effects. */
export type WorkerKind = 'first' | 'more' | 'effects';

/** Name of the environment variable that makes a process a worker: a {@link WorkerKind}. */
export const WORKER_MARK = 'GATI_WORKER';

/** What a WebSocket's peer published, on its way to the other workers; bytes are in base64. */
export interface PublishMessage {
  gati: 'publish';
  topic: string;
  data: string;
  bytes?: true;
}

/** What supervisor and workers say to each other. The app may use the channel too, so each carries `gati`. */
export type MessageToWorker =
  /** With the socket as handle. */
  | { gati: 'connection'; id: number }
  /** The log line that scripts wait for is out: the worker may write to stdout. */
  | { gati: 'speak' }
  | { gati: 'drain'; within: number }
  | { gati: 'measure'; id: number }
  | { gati: 'metrics'; id: number; workers: WorkerMetrics[] }
  | PublishMessage;

export type MessageToSupervisor =
  /** The connection that was handed over is here. */
  | { gati: 'taken'; id: number }
  | { gati: 'ready' }
  /** Why this worker can't start, for people. */
  | { gati: 'failed'; text: string }
  /** It ends by itself: no more connections. */
  | { gati: 'leaving' }
  /** Code of too many releases that nobody uses is in its memory: only a new process gives it back. */
  | { gati: 'crowded' }
  /** It has opened a queue that another process is to run. */
  | { gati: 'queue' }
  /** All workers' metrics are wanted. */
  | { gati: 'scrape'; id: number }
  | { gati: 'measured'; id: number; metrics: WorkerMetrics }
  | PublishMessage;

export function isMessage(value: unknown): value is { gati: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { gati?: unknown }).gati === 'string'
  );
}
