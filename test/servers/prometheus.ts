import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { findBinary, manage, type Missing, type TestServer } from './process.ts';

/**
 * Starts Prometheus, which scrapes a server every second and keeps exemplars.
 *
 * @param target `127.0.0.1:3000`
 */
export async function startPrometheus(target: string): Promise<TestServer | Missing> {
  const binary = findBinary('prometheus');
  if (!binary)
    return { reason: 'Prometheus is not installed (Debian: apt-get install prometheus)' };
  const folder = createFolder('prometheus');
  const port = await freePort();
  const config = path.join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'gati', static_configs: [{ targets: [target] }] }],
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  return manage({
    url,
    folder,
    signal: 'SIGTERM',
    launch: () =>
      spawn(
        binary,
        [
          `--config.file=${config}`,
          `--storage.tsdb.path=${folder}/data`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--enable-feature=exemplar-storage',
          '--log.level=error',
        ],
        { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
      ),
    answers: async () => (await fetch(`${url}/-/ready`)).ok,
  });
}
