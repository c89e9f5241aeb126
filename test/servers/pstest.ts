import { spawn } from 'node:child_process';
import net from 'node:net';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { compiled } from './compiled.ts';
import { manage, type Missing, type TestServer } from './process.ts';

/**
 * Starts Google's own fake of Pub/Sub on loopback, in memory. `url` is for `PUBSUB_EMULATOR_HOST`.
 */
export async function startPstest(): Promise<TestServer | Missing> {
  const binary = await compiled('pstest');
  if (typeof binary !== 'string') return binary;
  const port = await freePort();
  const url = `127.0.0.1:${port}`;
  return manage({
    url,
    folder: createFolder('pstest'),
    signal: 'SIGTERM',
    launch: () => spawn(binary, [url], { stdio: ['ignore', 'pipe', 'pipe'] }),
    answers: () =>
      new Promise((resolve) => {
        const socket = net
          .connect(port, '127.0.0.1', () => resolve(true))
          .on('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      }),
  });
}
