import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '@gati/test-kit/repository';
import { findBinary, type Missing } from '../servers/process.ts';

/** Programs that the tests start, with the folder of their Go module and their package. */
const SERVERS = {
  etcd: ['kubernetes', './etcd'],
  'kube-apiserver': ['kubernetes', 'k8s.io/kubernetes/cmd/kube-apiserver'],
  'kube-controller-manager': ['kubernetes', 'k8s.io/kubernetes/cmd/kube-controller-manager'],
  'kube-scheduler': ['kubernetes', 'k8s.io/kubernetes/cmd/kube-scheduler'],
  kubelet: ['kubernetes', 'k8s.io/kubernetes/cmd/kubelet'],
  'kube-proxy': ['kubernetes', 'k8s.io/kubernetes/cmd/kube-proxy'],
  coredns: ['dns', '.'],
  'metrics-server': ['metrics', 'sigs.k8s.io/metrics-server/cmd/metrics-server'],
} as const;

export type ServerName = keyof typeof SERVERS;

const MODULES = path.join(root, 'test/cluster/go');

/**
 * Path of a compiled server: outside of the checkout, since it takes minutes to compile, and in a
 * folder that is named by the modules that it is compiled from.
 */
function compiledPath(name: ServerName): string {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  const sums = fs.readFileSync(path.join(MODULES, SERVERS[name][0], 'go.sum'));
  const digest = createHash('sha256').update(sums).digest('hex').slice(0, 16);
  return path.join(cache, 'gati-test-cluster', digest, name);
}

/** Compiles the servers that are missing, with the lowest priority. Takes 6 minutes on two cores. */
export function buildServers(say: (line: string) => void): Missing | undefined {
  const missing = (Object.keys(SERVERS) as ServerName[]).filter(
    (name) => findServer(name) === undefined,
  );
  if (missing.length === 0) return undefined;
  if (!findBinary('go', ['/usr/local/go/bin']))
    return { reason: 'Go is not installed, which compiles the servers of Kubernetes' };
  for (const name of missing) {
    say(`compile ${name}`);
    const problem = compile(name);
    if (problem) return problem;
  }
  return undefined;
}

function compile(name: ServerName): Missing | undefined {
  const [module, source] = SERVERS[name];
  const target = compiledPath(name);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  // Renamed when it is complete: a build that was stopped leaves no half of a program.
  const temporary = `${target}-${process.pid}`;
  const { status, stderr } = spawnSync(
    'nice',
    ['-n', '19', 'go', 'build', '-trimpath', '-ldflags', linkerFlags(), '-o', temporary, source],
    {
      cwd: path.join(MODULES, module),
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
  fs.renameSync(temporary, target);
  return undefined;
}

/** Flags that set the version which the servers of Kubernetes report. */
function linkerFlags(): string {
  const modules = fs.readFileSync(path.join(MODULES, 'kubernetes/go.mod'), 'utf8');
  const [, version, minor] = /k8s\.io\/kubernetes (v1\.(\d+)\.\d+)/.exec(modules)!;
  const prefix = '-X k8s.io/component-base/version';
  return `-s -w ${prefix}.gitVersion=${version} ${prefix}.gitMajor=1 ${prefix}.gitMinor=${minor}`;
}

/** Returns the path of a server, if it is compiled or, for etcd, installed. */
export function findServer(name: ServerName): string | undefined {
  const compiled = compiledPath(name);
  if (fs.existsSync(compiled)) return compiled;
  return name === 'etcd' ? findBinary('etcd') : undefined;
}
