import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { root } from '@gati/test-kit/repository';
import { findBinary, manage, type Missing, type TestServer } from './process.ts';

const VERSION = '5.2.5';
/** Version of the service models with which `test/clouds` checks requests. */
export const BOTOCORE = '1.44.8';
const VENV = path.join(root, '.cache/moto');
const PYTHON = path.join(VENV, 'bin/python');
const MODULE = [PYTHON, '-m', 'moto.server'];
const INSTALL_LIMIT = 240_000;

/**
 * Starts the AWS APIs on loopback, in memory. The program is in `.cache`, on PATH, or installed
 * once into `.cache`. `url` is for `AWS_ENDPOINT_URL`.
 */
export async function startMoto(): Promise<TestServer | Missing> {
  const found = existsSync(PYTHON) ? MODULE : toCommand(findBinary('moto_server'));
  // The program on PATH may belong to a Python that is no longer installed.
  const started = found && (await launch(found).catch(() => undefined));
  if (started) return started;
  const installed = install();
  return 'reason' in installed ? installed : launch(installed);
}

/** Returns the folder of the service models of botocore, which is installed with moto. */
export function findServiceModels(): string | Missing {
  if (!existsSync(PYTHON)) {
    const installed = install();
    if ('reason' in installed) return installed;
  }
  const print = 'import botocore, os; print(os.path.join(botocore.__path__[0], "data"))';
  return execFileSync(PYTHON, ['-c', print], { encoding: 'utf8' }).trim();
}

const toCommand = (binary: string | undefined): string[] | undefined =>
  binary === undefined ? undefined : [binary];

async function launch([file, ...args]: string[]): Promise<TestServer> {
  const port = await freePort();
  const inner = `http://127.0.0.1:${port}`;
  const server = await manage({
    url: inner,
    folder: createFolder('moto'),
    signal: 'SIGTERM',
    launch: () =>
      spawn(file!, [...args, '-H', '127.0.0.1', '-p', String(port)], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
      }),
    answers: async () => (await fetch(inner)).status < 600,
  });
  const front = await oneWriteAtATime(port);
  return {
    ...server,
    pid: server.pid,
    url: front.url,
    async stop() {
      front.close();
      await server.stop();
    },
  };
}

function install(): string[] | Missing {
  const python = findBinary('python3');
  if (!python) return { reason: 'there is neither moto_server nor python3 to install it with' };
  const building = `${VENV}-${process.pid}`;
  try {
    mkdirSync(path.dirname(VENV), { recursive: true });
    const run = (file: string, args: string[]): unknown =>
      execFileSync(file, args, { stdio: 'pipe', timeout: INSTALL_LIMIT });
    run(python, ['-m', 'venv', building]);
    run(path.join(building, 'bin/python'), [
      '-m',
      'pip',
      'install',
      '-q',
      `moto[server]==${VERSION}`,
      `botocore==${BOTOCORE}`,
    ]);
    // Another test file may have installed it by now.
    if (!existsSync(PYTHON)) renameSync(building, VENV);
    return MODULE;
  } catch (error) {
    if (existsSync(PYTHON)) return MODULE;
    return {
      reason: `moto can't be installed (Debian: apt-get install python3-venv): ${(error as Error).message.slice(0, 300)}`,
    };
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/**
 * S3 checks the condition of a write and writes in one step. Moto does it in two, and in threads.
 */
async function oneWriteAtATime(port: number): Promise<{ url: string; close(): void }> {
  let last: Promise<unknown> = Promise.resolve();
  const server = http.createServer((request, response) => {
    const { method, url, headers } = request;
    const forward = (): Promise<void> =>
      new Promise((resolve) => {
        if (response.destroyed) return resolve();
        const passed = http.request(
          { host: '127.0.0.1', port, method, path: url, headers },
          (answer) => {
            response.writeHead(answer.statusCode!, answer.headers);
            answer.pipe(response);
            answer.on('close', resolve);
          },
        );
        passed.on('error', () => {
          response.destroy();
          resolve();
        });
        // If the client is killed, the next request still gets its turn.
        response.on('close', () => {
          passed.destroy();
          resolve();
        });
        request.pipe(passed);
      });
    if (method === 'GET' || method === 'HEAD') void forward();
    else last = last.then(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
