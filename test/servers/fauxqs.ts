import { spawn } from 'node:child_process';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { installed } from './installed.ts';
import { manage, type Missing, type TestServer } from './process.ts';

/**
 * Starts Amazon SQS on loopback, in memory. Receipts, delays and limits are those of the service.
 * `url` is for `AWS_ENDPOINT_URL_SQS`.
 */
export async function startFauxqs(): Promise<TestServer | Missing> {
  const folder = await installed('fauxqs', '1.9.2');
  if (typeof folder !== 'string') return folder;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return manage({
    url,
    folder: createFolder('fauxqs'),
    signal: 'SIGTERM',
    launch: () =>
      spawn(process.execPath, [`${folder}/dist/cli.js`], {
        env: {
          PATH: process.env.PATH,
          FAUXQS_HOST: '127.0.0.1',
          FAUXQS_PORT: String(port),
          FAUXQS_LOGGER: 'false',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    answers: async () => (await fetch(`${url}/health`)).ok,
  });
}
