// Finds the servers that the tests of queues start, and installs them as root on Debian or Ubuntu.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { say } from './steps.mjs';

const SERVERS = [
  { what: 'PostgreSQL', package: 'postgresql', binaries: ['initdb'], folders: postgresFolders },
  {
    what: 'Redis',
    package: 'redis-server',
    binaries: ['redis-server', 'valkey-server'],
    folders: () => [],
  },
  { what: 'bubblewrap', package: 'bubblewrap', binaries: ['bwrap'], folders: () => [] },
];

/** Installs missing servers where it can, and returns those that are still missing. */
export function ensureServers() {
  let missing = SERVERS.filter((server) => !isInstalled(server));
  if (
    missing.length > 0 &&
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    fs.existsSync('/usr/bin/apt-get')
  ) {
    const names = missing.map((server) => server.package);
    say(`> apt-get install ${names.join(' ')}`);
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...names);
    missing = missing.filter((server) => !isInstalled(server));
  }
  return missing.map((server) => ({ what: server.what, package: server.package }));
}

function isInstalled({ binaries, folders }) {
  const all = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/bin',
    '/usr/sbin',
    ...folders(),
  ];
  return all.some((folder) => binaries.some((name) => fs.existsSync(path.join(folder, name))));
}

/** Debian installs each version into its own folder, which is not on PATH. */
function postgresFolders() {
  const versions = '/usr/lib/postgresql';
  return fs.existsSync(versions)
    ? fs.readdirSync(versions).map((version) => path.join(versions, version, 'bin'))
    : [];
}

const apt = (...args) =>
  spawnSync('apt-get', args, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
