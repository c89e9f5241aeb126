import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { until } from '@gati/test-kit/wait';
import type { Missing } from '../servers/process.ts';
import { findServer, type ServerName } from './binaries.ts';
import { createCertificates } from './certificates.ts';

/** A Kubernetes of this machine. */
export interface TestCluster {
  folder: string;
  /** Path of the kubeconfig. */
  kubeconfig: string;
  url: string;
  /** Requests that changed something, as the API server wrote them down. */
  audit(): AuditEvent[];
  /** Starts one more process, which ends with the cluster. */
  run(name: string, command: string, args: string[]): ChildProcess;
  logs(): string;
  stop(): Promise<void>;
}

export interface AuditEvent {
  verb: string;
  requestURI: string;
  userAgent?: string;
  objectRef?: { resource?: string; namespace?: string; name?: string; subresource?: string };
  responseStatus?: { code: number };
  requestObject?: unknown;
}

const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    { level: 'Request', userGroups: ['system:masters'] },
    { level: 'None' },
  ],
};

/** Starts etcd and the API server on loopback, at ports of the system. */
export async function startControlPlane(): Promise<TestCluster | Missing> {
  const needed: ServerName[] = ['etcd', 'kube-apiserver'];
  const missing = needed.filter((name) => findServer(name) === undefined);
  if (missing.length > 0)
    return { reason: `${missing.join(', ')} not compiled: npm run test:cluster compiles them` };
  const folder = createFolder('cluster');
  const pki = path.join(folder, 'pki');
  createCertificates(pki);
  const children: ChildProcess[] = [];
  const run: TestCluster['run'] = (name, command, args) => {
    const log = fs.openSync(path.join(folder, `${name}.log`), 'a');
    const child = spawn(command, args, {
      stdio: ['ignore', log, log],
      cwd: folder,
    });
    fs.closeSync(log);
    child.on('error', () => {});
    children.push(child);
    return child;
  };
  const orphaned = (): void => children.forEach((child) => void child.kill('SIGKILL'));
  process.once('exit', orphaned);
  async function stop(): Promise<void> {
    for (const child of children.reverse()) await end(child);
    process.removeListener('exit', orphaned);
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const ports = { etcd: await freePort(), peer: await freePort(), api: await freePort() };
  const url = `https://127.0.0.1:${ports.api}`;
  const kubeconfig = writeKubeconfig(folder, url);
  const cluster: TestCluster = {
    folder,
    kubeconfig,
    url,
    run,
    stop,
    audit: () => readAudit(folder),
    logs: () => readLogs(folder),
  };
  try {
    await startServers(cluster, ports);
    return cluster;
  } catch (error) {
    const reason = `${(error as Error).message}\n${readLogs(folder)}`;
    await stop();
    return { reason };
  }
}

async function startServers(
  { folder, run, url }: TestCluster,
  ports: { etcd: number; peer: number; api: number },
): Promise<void> {
  const pki = path.join(folder, 'pki');
  const etcd = `http://127.0.0.1:${ports.etcd}`;
  run('etcd', findServer('etcd')!, [
    '--data-dir',
    path.join(folder, 'etcd'),
    '--unsafe-no-fsync',
    '--listen-client-urls',
    etcd,
    '--advertise-client-urls',
    etcd,
    '--listen-peer-urls',
    `http://127.0.0.1:${ports.peer}`,
  ]);
  fs.writeFileSync(path.join(folder, 'audit.json'), JSON.stringify(AUDIT_POLICY));
  const api = run(
    'kube-apiserver',
    findServer('kube-apiserver')!,
    apiArguments(folder, etcd, ports.api),
  );
  await until('the API server is ready', () => isReady(url, pki), {
    giveUp: () => api.exitCode !== null && 'kube-apiserver ended',
  });
}

const apiArguments = (folder: string, etcd: string, port: number): string[] => {
  const options = {
    'etcd-servers': etcd,
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': port,
    'endpoint-reconciler-type': 'none',
    'service-cluster-ip-range': '10.96.0.0/16',
    'authorization-mode': 'RBAC,Node',
    'allow-privileged': true,
    'tls-cert-file': `${folder}/pki/api.pem`,
    'tls-private-key-file': `${folder}/pki/api.key`,
    'client-ca-file': `${folder}/pki/ca.pem`,
    'service-account-key-file': `${folder}/pki/sa.key`,
    'service-account-signing-key-file': `${folder}/pki/sa.key`,
    'service-account-issuer': 'https://kubernetes.default.svc',
    'api-audiences': 'https://kubernetes.default.svc',
    'kubelet-client-certificate': `${folder}/pki/admin.pem`,
    'kubelet-client-key': `${folder}/pki/admin.key`,
    'kubelet-preferred-address-types': 'Hostname',
    'audit-policy-file': `${folder}/audit.json`,
    'audit-log-path': `${folder}/audit.log`,
    'audit-log-format': 'json',
  };
  return Object.entries(options).map(([name, value]) => `--${name}=${value}`);
};

function writeKubeconfig(folder: string, url: string): string {
  const file = path.join(folder, 'kubeconfig');
  const pki = path.join(folder, 'pki');
  const cluster = { server: url, 'certificate-authority': `${pki}/ca.pem` };
  const user = { 'client-certificate': `${pki}/admin.pem`, 'client-key': `${pki}/admin.key` };
  fs.writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'admin', user }],
    }),
  );
  return file;
}

function isReady(url: string, pki: string): Promise<boolean> {
  const read = (name: string): Buffer => fs.readFileSync(path.join(pki, name));
  const tls = { ca: read('ca.pem'), cert: read('admin.pem'), key: read('admin.key') };
  return new Promise((resolve) => {
    const request = https.get(
      `${url}/readyz`,
      { ...tls, agent: false, timeout: 2000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.on('error', () => resolve(false)).on('timeout', () => request.destroy());
  });
}

function readAudit(folder: string): AuditEvent[] {
  const file = path.join(folder, 'audit.log');
  if (!fs.existsSync(file)) return [];
  // The last line may be incomplete.
  const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1).filter(Boolean);
  return lines.map((line) => JSON.parse(line) as AuditEvent);
}

/** The last lines of each process. */
function readLogs(folder: string): string {
  const files = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.log') && name !== 'audit.log');
  return files
    .map((name) => {
      const lines = fs.readFileSync(path.join(folder, name), 'utf8').trim().split('\n');
      return `== ${name}\n${lines.slice(-8).join('\n')}`;
    })
    .join('\n');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const impatient = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(impatient);
}
