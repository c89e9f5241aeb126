import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { compiled } from './compiled.ts';
import { OUTSIDE_CACHE } from './outside-cache.ts';
import { manage, type Missing, type TestServer } from './process.ts';

/** Milliseconds that the compiler has. It takes four minutes on two processors that are free. */
const LIMIT = 20 * 60_000;

/** Compiles Loki, if it is not cached, and starts it with its data in a folder. */
export async function startLoki(): Promise<TestServer | Missing> {
  const binary = await compiled('loki', {
    files: ['go.mod', 'go.sum'],
    target: 'github.com/grafana/loki/v3/cmd/loki',
    cache: OUTSIDE_CACHE,
    flags: ['-mod=mod', '-trimpath', '-ldflags=-s -w'],
    limit: LIMIT,
  });
  if (typeof binary !== 'string') return binary;
  const folder = createFolder('loki');
  const port = await freePort();
  const grpc = await freePort();
  const config = path.join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(configOf(folder, port, grpc)));
  const url = `http://127.0.0.1:${port}`;
  return manage({
    url,
    folder,
    signal: 'SIGTERM',
    launch: () =>
      spawn(binary, [`-config.file=${config}`, '-log.level=error'], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    answers: async () => (await fetch(`${url}/ready`)).ok,
  });
}

function configOf(folder: string, port: number, grpc: number): object {
  return {
    auth_enabled: false,
    server: {
      http_listen_address: '127.0.0.1',
      http_listen_port: port,
      grpc_listen_address: '127.0.0.1',
      grpc_listen_port: grpc,
    },
    common: {
      instance_addr: '127.0.0.1',
      path_prefix: folder,
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
      storage: {
        filesystem: { chunks_directory: `${folder}/chunks`, rules_directory: `${folder}/rules` },
      },
    },
    ingester: { lifecycler: { min_ready_duration: '0s' } },
    schema_config: {
      configs: [
        {
          from: '2024-01-01',
          store: 'tsdb',
          object_store: 'filesystem',
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    analytics: { reporting_enabled: false },
  };
}
