import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { findBinary, manage, type Missing, type TestServer } from './process.ts';

/** Starts Redis (or Valkey) with an append-only file on loopback. */
export async function startRedis({
  fsync = 'always',
}: { fsync?: 'always' | 'everysec' } = {}): Promise<TestServer | Missing> {
  const binary = findBinary('redis-server') ?? findBinary('valkey-server');
  if (!binary) return { reason: 'Redis is not installed (Debian: apt-get install redis-server)' };
  const folder = createFolder('redis');
  const port = await freePort();
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    appendfsync: fsync,
    save: '',
    daemonize: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return manage({
    url: `redis://127.0.0.1:${port}`,
    folder,
    signal: 'SIGTERM',
    launch: () => spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] }),
    answers: () => pong(port),
  });
}

/** Until Redis has loaded its file, it responds with an error. */
function pong(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
  });
}
