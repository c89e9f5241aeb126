import { spawn } from 'node:child_process';
import { temporary } from '../kit/folders.ts';
import { freePort } from '../kit/port.ts';
import { installed } from './installed.ts';
import { manage, type Missing, type TestServer } from './process.ts';

/** The account that the emulator has from the start, with the key that its documentation prints. */
export const AZURITE_ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Azure Storage queues on loopback, in memory. `url` is an `AZURE_STORAGE_CONNECTION_STRING`. */
export async function startAzurite(): Promise<TestServer | Missing> {
  // The last that runs on Node 20.
  const folder = await installed('azurite', '3.35.0');
  if (typeof folder !== 'string') return folder;
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}/${AZURITE_ACCOUNT}`;
  const args = ['--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', '--silent'];
  return manage({
    url: `DefaultEndpointsProtocol=http;AccountName=${AZURITE_ACCOUNT};AccountKey=${KEY};QueueEndpoint=${endpoint};`,
    folder: temporary('azurite'),
    signal: 'SIGTERM',
    launch: () =>
      spawn(process.execPath, [`${folder}/dist/src/queue/main.js`, ...args, '--queueHost', '127.0.0.1', '--queuePort', String(port)], {
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    answers: async () => (await fetch(endpoint)).status < 500,
  });
}
