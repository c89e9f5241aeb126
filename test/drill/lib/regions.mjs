// Regions on this machine. Each is a network namespace with a built server and its workers.
import { spawn, spawnSync } from 'node:child_process';

/**
 * Networks of the regions: 10.213.N.0/30. Two concurrent drills almost always use different
 * networks.
 */
const networkOf = (index) => `10.213.${(process.pid % 127) * 2 + index}`;
const PORT = 3000;

/** Runs a program and returns its output. @throws if it fails */
export function runProgram(file, ...args) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`${[file, ...args].join(' ')}: ${stderr.trim()}`);
  return stdout;
}

/** Returns why this machine can't have regions; `undefined` if it can. */
export function whyNoRegions() {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid() !== 0) return 'it needs root, for network namespaces';
  for (const program of ['ip', 'iptables', 'redis-server'])
    if (spawnSync('which', [program]).status !== 0) return `${program} is not installed`;
  return undefined;
}

/**
 * Creates the network of a region.
 *
 * @param index from 1
 */
export function createRegion(name, index) {
  const namespace = `gati-drill-${process.pid}-${index}`;
  const [outer, inner] = [
    `gd${process.pid % 100_000}o${index}`,
    `gd${process.pid % 100_000}i${index}`,
  ];
  const gateway = `${networkOf(index)}.1`;
  const host = `${networkOf(index)}.2`;
  const inside = (...args) => runProgram('ip', 'netns', 'exec', namespace, ...args);
  runProgram('ip', 'netns', 'add', namespace);
  runProgram('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', namespace);
  runProgram('ip', 'address', 'add', `${gateway}/30`, 'dev', outer);
  runProgram('ip', 'link', 'set', outer, 'up');
  inside('ip', 'address', 'add', `${host}/30`, 'dev', inner);
  inside('ip', 'link', 'set', inner, 'up');
  inside('ip', 'link', 'set', 'lo', 'up');
  const policies = (policy) => {
    for (const chain of ['INPUT', 'OUTPUT']) inside('iptables', '-P', chain, policy);
  };
  let child;
  return {
    name,
    host,
    port: PORT,
    gateway,
    /** Starts a server with its workers, and resolves once it listens. */
    async start(file, env) {
      child = spawn('ip', ['netns', 'exec', namespace, process.execPath, file], {
        env: { PATH: process.env.PATH, HOST: '0.0.0.0', PORT: String(PORT), ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve, reject) => {
        child.stdout.once('data', resolve);
        child.once('exit', (code) => reject(new Error(`${name}: the server ended with ${code}`)));
      });
      child.stdout.resume();
    },
    /**
     * Drops all packets from and to the region. Clients then get neither an error nor a response.
     */
    blackhole: () => policies('DROP'),
    restore: () => policies('ACCEPT'),
    async stop() {
      if (child && child.exitCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
        await ended;
        clearTimeout(timer);
      }
      // Its interfaces are removed with it.
      spawnSync('ip', ['netns', 'delete', namespace]);
      spawnSync('ip', ['link', 'delete', outer]);
    },
  };
}
