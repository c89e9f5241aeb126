import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { findBinary, manage, type Missing, type TestServer, unprivileged } from './process.ts';

const DEBIAN = '/usr/lib/postgresql';

/** Starts PostgreSQL with its own data on loopback, with its durable defaults. */
export async function startPostgres({ settings = [] }: { settings?: string[] } = {}): Promise<
  TestServer | Missing
> {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
    : [];
  const initdb = findBinary(
    'initdb',
    versions.map((version) => path.join(DEBIAN, version, 'bin')),
  );
  if (!initdb)
    return { reason: 'PostgreSQL is not installed (Debian: apt-get install postgresql)' };
  const folder = createFolder('postgres');
  const data = path.join(folder, 'data');
  const owner = unprivileged(folder);
  execFileSync(
    initdb,
    ['-D', data, '-U', 'gati', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...owner, stdio: 'ignore' },
  );
  const port = await freePort();
  // The name on PATH may be a link to one of the versions.
  const bin = path.dirname(realpathSync(initdb));
  const args = [
    '-D',
    data,
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    '-k',
    folder,
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
  const ready = ['-h', '127.0.0.1', '-p', String(port), '-q'];
  return manage({
    url: `postgres://gati@127.0.0.1:${port}/postgres`,
    folder,
    // Fast shutdown: closes open sessions.
    signal: 'SIGINT',
    launch: () =>
      spawn(path.join(bin, 'postgres'), args, { ...owner, stdio: ['ignore', 'ignore', 'pipe'] }),
    answers: async () =>
      execFileSync(path.join(bin, 'pg_isready'), ready, { stdio: 'ignore' }) !== undefined,
  });
}
