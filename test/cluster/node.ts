import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { freePort } from '@gati/test-kit/ports';
import { root } from '@gati/test-kit/repository';
import { until } from '@gati/test-kit/wait';
import { openCluster } from './helpers/play-controller.ts';
import { findBinary, type Missing } from '../servers/process.ts';
import { findServer, type ServerName } from './binaries.ts';
import { COMPONENTS, type TestCluster, writeKubeconfig } from './control-plane.ts';
import { API_ADDRESS, BRIDGE, DNS_ADDRESS, PATH, removeLeftovers, takeMachine } from './machine.ts';
import { loadPauseImage, PAUSE_IMAGE } from './pause-image.ts';
import { readLogs } from './processes.ts';

/** A node of a test cluster, which runs pods on this machine. */
export interface TestNode {
  /** Stops the pods, then the servers of the node, and removes its bridge and mounts. */
  stop(): Promise<void>;
}

const SERVERS: ServerName[] = [
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'coredns',
  'metrics-server',
];
/** Programs that containerd and the kubelet run, with the packages of Debian that have them. */
const TOOLS: Record<string, string> = {
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  ip: 'iproute2',
  gcc: 'gcc libc6-dev',
};
const PLUGINS = '/usr/lib/cni';
/** Also a name under which the API server reaches the kubelet. */
const NODE = 'localhost';
export const POD_NETWORK = '10.88.0.0/16';
/** Address of this machine in that network. */
export const POD_GATEWAY = '10.88.0.1';

function whyNotStartable(): string | undefined {
  if (process.platform !== 'linux') return 'a node needs Linux';
  if (process.getuid!() !== 0) return 'a node needs root';
  const servers = SERVERS.filter((name) => findServer(name) === undefined);
  if (servers.length > 0)
    return `${servers.join(', ')} not compiled: npm run test:cluster compiles them`;
  const packages = Object.entries(TOOLS).flatMap(([name, from]) =>
    findBinary(name, ['/sbin']) ? [] : [from],
  );
  if (!fs.existsSync(path.join(PLUGINS, 'bridge'))) packages.push('containernetworking-plugins');
  if (packages.length > 0)
    return `programs of a node are missing (Debian: apt-get install ${[...new Set(packages)].join(' ')})`;
  return undefined;
}

/**
 * Adds a node to a control plane: controllers, scheduler, containerd, kubelet, proxy, DNS and metrics.
 * A machine can be one node at a time.
 */
export async function startNode(cluster: TestCluster): Promise<TestNode | Missing> {
  const reason = whyNotStartable() ?? takeMachine(cluster.folder);
  if (reason) return { reason };
  const kubeconfig = writeKubeconfig(cluster.folder, cluster.url, COMPONENTS);
  let api: net.Server | undefined;
  async function stop(): Promise<void> {
    api?.close();
    // The kubelet first, so that it starts nothing again.
    await cluster.processes.stop(...SERVERS);
    removeTasks(cluster.folder);
    await cluster.processes.stop('containerd');
    removeLeftovers(cluster.folder);
  }
  try {
    startControllers(cluster, kubeconfig);
    await startContainerd(cluster);
    await startKubelet(cluster, kubeconfig);
    await startProxy(cluster, kubeconfig);
    startDns(cluster, kubeconfig);
    await startMetrics(cluster, kubeconfig);
    api = await serveApi(cluster);
    const giveUp = (): string | false => {
      const ended = cluster.processes.ended();
      return ended.length > 0 && `${ended.join(', ')} ended`;
    };
    await until('the node is ready', () => isNodeReady(cluster), { giveUp });
    await until('the proxy follows the Services', () => hasRules('KUBE-SERVICES'), { giveUp });
    return { stop };
  } catch (error) {
    const why = `${(error as Error).message}\n${readLogs(cluster.folder)}`;
    await stop();
    return { reason: why };
  }
}

/** Starts a server with `--NAME=VALUE` options. */
function run(cluster: TestCluster, name: ServerName, options: Record<string, unknown>): void {
  const args = Object.entries(options).map(([key, value]) => `--${key}=${String(value)}`);
  cluster.processes.run(name, findServer(name)!, args, { ...process.env, PATH });
}

function startControllers(cluster: TestCluster, kubeconfig: string): void {
  const pki = path.join(cluster.folder, 'pki');
  const common = {
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'bind-address': '127.0.0.1',
    // Serves nothing that a test needs.
    'secure-port': 0,
    'leader-elect': false,
  };
  run(cluster, 'kube-controller-manager', {
    ...common,
    'root-ca-file': `${pki}/ca.pem`,
    'service-account-private-key-file': `${pki}/sa.key`,
    // Short, so that a test sees the autoscaler act.
    'horizontal-pod-autoscaler-sync-period': '2s',
    'horizontal-pod-autoscaler-initial-readiness-delay': '2s',
    'horizontal-pod-autoscaler-cpu-initialization-period': '2s',
    'horizontal-pod-autoscaler-downscale-stabilization': '5s',
  });
  run(cluster, 'kube-scheduler', common);
}

async function startContainerd(cluster: TestCluster): Promise<void> {
  const { folder } = cluster;
  const runtime = path.join(folder, 'runc');
  const rewrite = path.join(root, 'test/docker/helpers/runc-without-resource-cap.mjs');
  fs.writeFileSync(
    runtime,
    `#!/bin/sh\ncase " $* " in *" create "*) exec ${process.execPath} ${rewrite} "$@" ;; esac\nexec runc "$@"\n`,
    { mode: 0o755 },
  );
  const networks = path.join(folder, 'networks');
  fs.mkdirSync(networks);
  fs.writeFileSync(path.join(networks, '10-pods.conflist'), JSON.stringify(createNetwork()));
  fs.writeFileSync(
    path.join(folder, 'containerd.toml'),
    `version = 2
root = "${folder}/containerd/root"
state = "${folder}/containerd/state"
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${PLUGINS}"
    conf_dir = "${networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "${runtime}"
`,
  );
  const file = path.join(folder, 'containerd.toml');
  cluster.processes.run('containerd', 'containerd', ['-c', file], { ...process.env, PATH });
  const ctr = (...args: string[]): string => runCtr(folder, args);
  await until('containerd responds', () => ctr('version') !== '');
  loadPauseImage(folder, ctr);
}

function createNetwork(): object {
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: POD_NETWORK }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const bridge = { type: 'bridge', bridge: BRIDGE, isGateway: true, hairpinMode: true, ipam };
  const ports = { type: 'portmap', capabilities: { portMappings: true } };
  return { cniVersion: '1.0.0', name: BRIDGE, plugins: [bridge, ports] };
}

async function startKubelet(cluster: TestCluster, kubeconfig: string): Promise<void> {
  const { folder } = cluster;
  const config = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
    authentication: {
      anonymous: { enabled: false },
      x509: { clientCAFile: `${folder}/pki/ca.pem` },
    },
    authorization: { mode: 'AlwaysAllow' },
    address: '127.0.0.1',
    port: await freePort(),
    healthzPort: 0,
    tlsCertFile: `${folder}/pki/api.pem`,
    tlsPrivateKeyFile: `${folder}/pki/api.key`,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: 'cluster.local',
    resolvConf: '',
    oomScoreAdj: 0,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    localStorageCapacityIsolation: false,
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'memory.available': '50Mi' },
    nodeStatusUpdateFrequency: '2s',
    podLogsDir: `${folder}/pod-logs`,
  };
  const file = path.join(folder, 'kubelet.json');
  fs.writeFileSync(file, JSON.stringify(config));
  run(cluster, 'kubelet', {
    config: file,
    kubeconfig,
    'root-dir': `${folder}/kubelet`,
    'cert-dir': `${folder}/kubelet-certificates`,
    'hostname-override': NODE,
  });
}

async function startProxy(cluster: TestCluster, kubeconfig: string): Promise<void> {
  run(cluster, 'kube-proxy', {
    kubeconfig,
    'cluster-cidr': POD_NETWORK,
    'hostname-override': NODE,
    'proxy-mode': 'iptables',
    // Pods on one bridge respond to each other directly. Without this, a pod that requested a
    // Service does not recognise the response of the pod behind it.
    'masquerade-all': true,
    'conntrack-max-per-core': 0,
    'healthz-bind-address': `127.0.0.1:${await freePort()}`,
    'metrics-bind-address': `127.0.0.1:${await freePort()}`,
  });
}

function startDns(cluster: TestCluster, kubeconfig: string): void {
  spawnSync('ip', ['address', 'replace', `${DNS_ADDRESS}/32`, 'dev', 'lo'], { env: { PATH } });
  const file = path.join(cluster.folder, 'Corefile');
  const servers = `bind ${DNS_ADDRESS}\n  errors\n  kubernetes cluster.local {\n    kubeconfig ${kubeconfig} test\n  }`;
  fs.writeFileSync(file, `cluster.local:53 {\n  ${servers}\n}\n`);
  cluster.processes.run('coredns', findServer('coredns')!, ['-conf', file]);
}

/** Lets pods reach the API server through the Service `kubernetes`. */
async function serveApi({ url, kubeconfig }: TestCluster): Promise<net.Server> {
  spawnSync('ip', ['address', 'replace', `${API_ADDRESS}/32`, 'dev', 'lo'], { env: { PATH } });
  const port = Number(new URL(url).port);
  const server = net.createServer((socket) => {
    const target = net.connect(port, '127.0.0.1');
    for (const [from, to] of [
      [socket, target],
      [target, socket],
    ] as const)
      from.on('error', () => to.destroy()).pipe(to);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, API_ADDRESS, resolve);
  });
  await openCluster({ kubeconfig }).call('leading pods to the API server', {
    method: 'PATCH',
    path: 'apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes',
    query: { fieldManager: 'test' },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'kubernetes', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      ports: [{ name: 'https', port }],
      endpoints: [{ addresses: [API_ADDRESS], conditions: { ready: true } }],
    },
  });
  return server;
}

async function startMetrics(cluster: TestCluster, kubeconfig: string): Promise<void> {
  const port = await freePort();
  run(cluster, 'metrics-server', {
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'bind-address': '127.0.0.1',
    'secure-port': port,
    'tls-cert-file': `${cluster.folder}/pki/api.pem`,
    'tls-private-key-file': `${cluster.folder}/pki/api.key`,
    'kubelet-insecure-tls': true,
    'kubelet-preferred-address-types': 'Hostname',
    'kubelet-use-node-status-port': true,
    'kubelet-request-timeout': '5s',
    'metric-resolution': '10s',
  });
  const client = openCluster({ kubeconfig });
  const apply = (path: string, body: object): Promise<unknown> =>
    client.call(`applying ${path}`, {
      method: 'PATCH',
      path,
      query: { fieldManager: 'test' },
      contentType: 'application/apply-patch+yaml',
      body,
    });
  await apply('api/v1/namespaces/kube-system/services/metrics-server', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'metrics-server' },
    spec: { type: 'ExternalName', externalName: NODE, ports: [{ port }] },
  });
  await apply('apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io', {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { namespace: 'kube-system', name: 'metrics-server', port },
    },
  });
}

async function isNodeReady({ kubeconfig }: TestCluster): Promise<boolean> {
  const node = await openCluster({ kubeconfig }).get(`api/v1/nodes/${NODE}`);
  const { conditions = [] } = (node?.['status'] ?? {}) as {
    conditions?: { type: string; status: string }[];
  };
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Whether the firewall has a chain of the proxy. */
const hasRules = (chain: string): boolean =>
  spawnSync('iptables', ['-t', 'nat', '-n', '-L', chain], { env: { PATH } }).status === 0;

/** Runs the client of containerd. */
function runCtr(folder: string, args: string[]): string {
  const all = ['--address', `${folder}/containerd.sock`, '--namespace', 'k8s.io', ...args];
  return execFileSync('ctr', all, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function removeTasks(folder: string): void {
  try {
    const tasks = runCtr(folder, ['tasks', 'list', '--quiet']).trim().split('\n').filter(Boolean);
    if (tasks.length > 0) runCtr(folder, ['tasks', 'delete', '--force', ...tasks]);
  } catch {
    // containerd is not up, or a task has just ended; `removeLeftovers` ends the rest.
  }
}
