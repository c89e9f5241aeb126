import { spawn } from 'node:child_process';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { compiled } from './compiled.ts';
import { manage, type Missing, type TestServer } from './process.ts';

/** Bucket that exists from the start. */
export const GCS_BUCKET = 'gati-keys';

/**
 * Starts Google Cloud Storage on loopback, in memory. It checks the condition of a write and writes
 * in one step. `url` is for `STORAGE_EMULATOR_HOST`.
 */
export async function startFakeGcs(): Promise<TestServer | Missing> {
  const binary = await compiled('fake-gcs');
  if (typeof binary !== 'string') return binary;
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  return manage({
    url,
    folder: createFolder('fake-gcs'),
    signal: 'SIGTERM',
    launch: () => spawn(binary, [address, GCS_BUCKET], { stdio: ['ignore', 'pipe', 'pipe'] }),
    answers: async () => (await fetch(`${url}/storage/v1/b/${GCS_BUCKET}`)).ok,
  });
}
