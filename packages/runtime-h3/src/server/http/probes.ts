import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PROBE_PATHS } from '@gati/contract/internal';
import { writeProblem } from '../../server/http/write-problem.ts';
import { EVERY_RESPONSE, NO_STORE } from '../../app/response/headers.ts';
import type { PrintedMetrics } from '../../telemetry/export/print-metrics.ts';
import type { HeaderList } from '../../types/exchange.ts';

export interface ProbeSources {
  prepare(res: ServerResponse): void;
  draining(): boolean;
  /** Returns the reason for each module that can't serve, by name. */
  health(): Promise<Record<string, string>>;
  /** Returns the metrics in the format that the client accepts. Absent: clients may not read them. */
  metrics?: ((accept: string | undefined) => Promise<PrintedMetrics>) | undefined;
  onError(error: unknown): void;
}

/** Milliseconds that modules have to report their health. */
const HEALTH_TIMEOUT = 2000;

/** Responds to `/livez`, `/readyz` and `/metrics`; `false` for any other request. */
export type Probes = (req: IncomingMessage, res: ServerResponse) => boolean;

type SendProbe = (
  sources: ProbeSources,
  res: ServerResponse,
  req: IncomingMessage,
) => Promise<void>;

const PROBES: Record<(typeof PROBE_PATHS)[number], SendProbe> = {
  '/livez': sendAlive,
  '/readyz': sendReady,
  '/metrics': sendMetrics,
};

export function createProbes(sources: ProbeSources): Probes {
  return (req, res) => {
    const { url } = req;
    // Every request runs these comparisons, which are cheaper than a lookup.
    if (url !== '/livez' && url !== '/readyz' && url !== '/metrics') return false;
    if (req.method !== 'GET' && req.method !== 'HEAD') return false;
    sources.prepare(res);
    PROBES[url](sources, res, req).catch((error: unknown) => sendFailure(sources, res, error));
    return true;
  };
}

async function sendAlive(_sources: ProbeSources, res: ServerResponse): Promise<void> {
  send(res, 200, 'application/json', '{"status":"ok"}');
}

async function sendReady({ draining, health }: ProbeSources, res: ServerResponse): Promise<void> {
  if (draining()) return send(res, 503, 'application/json', '{"status":"draining"}');
  const failing = await Promise.race([health(), healthTimeout()]);
  // Names only: anyone may call a probe, so the reasons are in the log.
  const names = Object.keys(failing);
  if (names.length === 0) send(res, 200, 'application/json', '{"status":"ok"}');
  else send(res, 503, 'application/json', JSON.stringify({ status: 'failing', failing: names }));
}

async function sendMetrics(
  { metrics }: ProbeSources,
  res: ServerResponse,
  { headers }: IncomingMessage,
): Promise<void> {
  if (metrics === undefined) return writeProblem(res, 404, 'not_found');
  const { type, text } = await metrics(headers.accept);
  send(res, 200, type, text, ['vary', 'Accept']);
}

function sendFailure({ onError }: ProbeSources, res: ServerResponse, error: unknown): void {
  onError(error);
  if (res.headersSent) res.destroy();
  else send(res, 500, 'application/json', '{"status":"error"}');
}

function healthTimeout(): Promise<Record<string, string>> {
  return new Promise((resolve) => {
    setTimeout(
      () => resolve({ modules: `no response within ${HEALTH_TIMEOUT} ms` }),
      HEALTH_TIMEOUT,
    ).unref();
  });
}

function send(
  res: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: HeaderList = [],
): void {
  const length = String(Buffer.byteLength(body));
  const own = ['content-type', type, ...NO_STORE, 'content-length', length];
  res.writeHead(status, [...own, ...headers, ...EVERY_RESPONSE]);
  res.end(body);
}
