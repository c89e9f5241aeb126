import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '@gati/test-kit/repository';
import { findBinary, type Missing } from '../servers/process.ts';

/** Programs that the tests start. They come from Go modules. */
const SERVERS = ['kube-apiserver', 'etcd'] as const;

export type ServerName = (typeof SERVERS)[number];

const MODULES = path.join(root, 'test/cluster/go');

/**
 * Folder of the compiled servers: outside of the checkout, since they take minutes to compile, and
 * named by what they are compiled from.
 */
export function serversFolder(): string {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  const sums = fs.readFileSync(path.join(MODULES, 'go.sum'));
  const digest = createHash('sha256').update(sums).digest('hex').slice(0, 16);
  return path.join(cache, 'gati-test-cluster', digest);
}

/** Compiles the servers that are missing, with the lowest priority. Takes 4 minutes on two cores. */
export function buildServers(say: (line: string) => void): Missing | undefined {
  const folder = serversFolder();
  const missing = SERVERS.filter((name) => findServer(name) === undefined);
  if (missing.length === 0) return undefined;
  if (!findBinary('go', ['/usr/local/go/bin']))
    return { reason: 'Go is not installed, which compiles the servers of Kubernetes' };
  fs.mkdirSync(folder, { recursive: true });
  const version = /k8s\.io\/kubernetes (v1\.(\d+)\.\d+)/.exec(
    fs.readFileSync(path.join(MODULES, 'go.mod'), 'utf8'),
  )!;
  const prefix = '-X k8s.io/component-base/version';
  const flags = `-s -w ${prefix}.gitVersion=${version[1]} ${prefix}.gitMajor=1 ${prefix}.gitMinor=${version[2]}`;
  for (const name of missing) {
    say(`compile ${name}`);
    // Renamed when it is complete: a build that was stopped leaves no half of a program.
    const temporary = path.join(folder, `.${name}-${process.pid}`);
    const source = name === 'etcd' ? './etcd' : `k8s.io/kubernetes/cmd/${name}`;
    const { status, stderr } = spawnSync(
      'nice',
      ['-n', '19', 'go', 'build', '-trimpath', '-ldflags', flags, '-o', temporary, source],
      {
        cwd: MODULES,
        encoding: 'utf8',
        maxBuffer: 64e6,
        env: {
          ...process.env,
          CGO_ENABLED: '0',
          PATH: `${process.env.PATH}${path.delimiter}/usr/local/go/bin`,
        },
      },
    );
    if (status !== 0) return { reason: `${name} does not compile:\n${stderr.slice(-2000)}` };
    fs.renameSync(temporary, path.join(folder, name));
  }
  return undefined;
}

/** Returns the path of a server, if it is compiled or, for etcd, installed. */
export function findServer(name: ServerName): string | undefined {
  const compiled = path.join(serversFolder(), name);
  if (fs.existsSync(compiled)) return compiled;
  return name === 'etcd' ? findBinary('etcd') : undefined;
}
