import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { until } from '@gati/test-kit/wait';
import type { Missing } from '../servers/process.ts';
import { findServer, type ServerName } from './binaries.ts';
import { createCertificates } from './certificates.ts';
import { createProcesses, type Processes, readLogs } from './processes.ts';

/** A Kubernetes of this machine. */
export interface TestCluster {
  folder: string;
  /** Path of the kubeconfig. */
  kubeconfig: string;
  url: string;
  /** Requests that changed something, as the API server wrote them down. */
  audit(): AuditEvent[];
  /** Processes of the cluster, to which a node adds its own. */
  processes: Processes;
  logs(): string;
  stop(): Promise<void>;
}

export interface AuditEvent {
  verb: string;
  requestURI: string;
  userAgent?: string;
  user?: { username: string };
  objectRef?: { resource?: string; namespace?: string; name?: string; subresource?: string };
  responseStatus?: { code: number };
  requestObject?: unknown;
}

/** User of the controllers and the node. The audit log omits its requests. */
export const COMPONENTS = 'components';

const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    { level: 'None', users: [COMPONENTS] },
    { level: 'Request', userGroups: ['system:masters'] },
    // The log must not contain what pods with an account write to a Secret.
    {
      level: 'Metadata',
      userGroups: ['system:serviceaccounts'],
      resources: [{ group: '', resources: ['secrets'] }],
    },
    { level: 'Request', userGroups: ['system:serviceaccounts'] },
    { level: 'None' },
  ],
};

export interface ControlPlaneOptions {
  /** Address that reviews bearer tokens, as those of clouds do. */
  tokenWebhook?: string;
}

/** Starts etcd and the API server on loopback, at ports of the system. */
export async function startControlPlane({ tokenWebhook }: ControlPlaneOptions = {}): Promise<
  TestCluster | Missing
> {
  const needed: ServerName[] = ['etcd', 'kube-apiserver'];
  const missing = needed.filter((name) => findServer(name) === undefined);
  if (missing.length > 0)
    return { reason: `${missing.join(', ')} not compiled: npm run test:cluster compiles them` };
  const folder = createFolder('cluster');
  const pki = path.join(folder, 'pki');
  createCertificates(pki);
  const processes = createProcesses(folder);
  async function stop(): Promise<void> {
    await processes.stop();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const ports = { etcd: await freePort(), peer: await freePort(), api: await freePort() };
  const url = `https://127.0.0.1:${ports.api}`;
  const kubeconfig = writeKubeconfig(folder, url, 'admin');
  const cluster: TestCluster = {
    folder,
    kubeconfig,
    url,
    processes,
    stop,
    audit: () => readAudit(folder),
    logs: () => readLogs(folder),
  };
  try {
    await startServers(cluster, ports, tokenWebhook);
    return cluster;
  } catch (error) {
    const reason = `${(error as Error).message}\n${readLogs(folder)}`;
    await stop();
    return { reason };
  }
}

async function startServers(
  { folder, processes: { run }, url }: TestCluster,
  ports: { etcd: number; peer: number; api: number },
  tokenWebhook: string | undefined,
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
  const own = tokenWebhook === undefined ? [] : webhookArguments(folder, tokenWebhook);
  const api: ChildProcess = run('kube-apiserver', findServer('kube-apiserver')!, [
    ...apiArguments(folder, etcd, ports.api),
    ...own,
  ]);
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
    // Above the ports that the tests choose.
    'service-node-port-range': '32100-32767',
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
    // Through which the API server passes requests to the metrics server.
    'requestheader-client-ca-file': `${folder}/pki/ca.pem`,
    'requestheader-allowed-names': 'aggregator',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': `${folder}/pki/aggregator.pem`,
    'proxy-client-key-file': `${folder}/pki/aggregator.key`,
    'audit-policy-file': `${folder}/audit.json`,
    'audit-log-path': `${folder}/audit.log`,
    'audit-log-format': 'json',
  };
  return Object.entries(options).map(([name, value]) => `--${name}=${value}`);
};

/** Lets an address review the bearer tokens of requests. */
function webhookArguments(folder: string, server: string): string[] {
  const file = path.join(folder, 'webhook.json');
  const name = 'webhook';
  fs.writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      contexts: [{ name, context: { cluster: name, user: name } }],
      clusters: [{ name, cluster: { server } }],
      users: [{ name, user: {} }],
    }),
  );
  return [
    `--authentication-token-webhook-config-file=${file}`,
    '--authentication-token-webhook-version=v1',
  ];
}

/** Writes the kubeconfig of a user, whose certificate is in the folder. Returns its path. */
export function writeKubeconfig(folder: string, url: string, name: string): string {
  const file = path.join(folder, `${name}.kubeconfig`);
  const pki = path.join(folder, 'pki');
  const cluster = { server: url, 'certificate-authority': `${pki}/ca.pem` };
  const user = { 'client-certificate': `${pki}/${name}.pem`, 'client-key': `${pki}/${name}.key` };
  fs.writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
      clusters: [{ name: 'test', cluster }],
      users: [{ name, user }],
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

/** Reads the audit log of the API server in a folder. */
export function readAudit(folder: string): AuditEvent[] {
  const file = path.join(folder, 'audit.log');
  if (!fs.existsSync(file)) return [];
  // The last line may be incomplete.
  const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1).filter(Boolean);
  return lines.map((line) => JSON.parse(line) as AuditEvent);
}
