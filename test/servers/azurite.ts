import { spawn } from 'node:child_process';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { installed } from './installed.ts';
import { manage, type Missing, type TestServer } from './process.ts';

/** Account that the emulator has from the start, with the key from its documentation. */
export const AZURITE_ACCOUNT = 'devstoreaccount1';
const KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Starts Azure Storage on loopback, in memory. `url` is an `AZURE_STORAGE_CONNECTION_STRING`. */
export async function startAzurite(): Promise<TestServer | Missing> {
  // The last version that runs on Node 20.
  const folder = await installed('azurite', '3.35.0');
  if (typeof folder !== 'string') return folder;
  const [port, blobPort] = [await freePort(), await freePort()];
  const endpoint = `http://127.0.0.1:${port}/${AZURITE_ACCOUNT}`;
  const blobs = `http://127.0.0.1:${blobPort}/${AZURITE_ACCOUNT}`;
  const args = ['--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', '--silent'];
  const hosts = [
    '--queueHost',
    '127.0.0.1',
    '--queuePort',
    String(port),
    '--blobHost',
    '127.0.0.1',
    '--blobPort',
    String(blobPort),
  ];
  // It can't be started without tables.
  hosts.push('--tableHost', '127.0.0.1', '--tablePort', String(await freePort()));
  return manage({
    url: `DefaultEndpointsProtocol=http;AccountName=${AZURITE_ACCOUNT};AccountKey=${KEY};QueueEndpoint=${endpoint};BlobEndpoint=${blobs};`,
    folder: createFolder('azurite'),
    signal: 'SIGTERM',
    launch: () =>
      spawn(process.execPath, [`${folder}/dist/src/azurite.js`, ...args, ...hosts], {
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    answers: async () => (await fetch(endpoint)).status < 500 && (await fetch(blobs)).status < 500,
  });
}
