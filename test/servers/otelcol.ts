import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { compiled } from './compiled.ts';
import { OUTSIDE_CACHE } from './outside-cache.ts';
import { manage, type Missing, type TestServer } from './process.ts';

/** The OpenTelemetry Collector with its OTLP receiver, which writes what it gets to a file. */
export interface OtelCollector extends TestServer {
  /** The requests so far, as OTLP's JSON: `resourceSpans`, `resourceLogs` or `resourceMetrics`. */
  received(): Record<string, unknown>[];
}

/** Compiles the collector, if it is not cached, and starts it. */
export async function startOtelCollector(): Promise<OtelCollector | Missing> {
  const binary = await compiled('otelcol', {
    cache: OUTSIDE_CACHE,
    flags: ['-mod=mod', '-trimpath', '-ldflags=-s -w'],
  });
  if (typeof binary !== 'string') return binary;
  const folder = createFolder('otelcol');
  const port = await freePort();
  const file = path.join(folder, 'received.json');
  const config = path.join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(configOf(port, file)));
  const url = `http://127.0.0.1:${port}`;
  const server = await manage({
    url,
    folder,
    signal: 'SIGTERM',
    launch: () => spawn(binary, [`--config=file:${config}`], { stdio: ['ignore', 'pipe', 'pipe'] }),
    answers: async () => (await fetch(`${url}/v1/traces`)).status === 405,
  });
  return Object.assign(server, {
    received: () =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Record<string, unknown>)
        : [],
  });
}

function configOf(port: number, file: string): object {
  const pipeline = { receivers: ['otlp'], exporters: ['file'] };
  return {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { file: { path: file, append: true, flush_interval: '100ms' } },
    service: {
      telemetry: { metrics: { level: 'none' }, logs: { level: 'error' } },
      pipelines: { traces: pipeline, logs: pipeline, metrics: pipeline },
    },
  };
}
