import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mountsBelow } from '../docker/helpers/engine.mjs';
import { findServer } from './binaries.ts';

/** Names the process that uses this machine as a node, and the folder of its cluster. */
const LOCK = path.join(os.tmpdir(), 'gati-test-node.json');
const CONTROL_GROUPS = '/sys/fs/cgroup';
/** Bridge of the pods. */
export const BRIDGE = 'gati-pods';
/** Address of the DNS server, on the loopback interface. */
export const DNS_ADDRESS = '169.254.20.10';
/** Address at which pods reach the API server, on the loopback interface. */
export const API_ADDRESS = '10.97.0.10';
export const PATH: string = `${process.env.PATH}:/usr/sbin:/sbin`;

/**
 * Reserves this machine: bridge, addresses and rules of the firewall exist once. Removes what a
 * killed run left.
 *
 * @returns why the machine is not available
 */
export function takeMachine(folder: string): string | undefined {
  for (const attempt of [1, 2]) {
    try {
      fs.writeFileSync(LOCK, JSON.stringify({ pid: process.pid, folder }), { flag: 'wx' });
      return undefined;
    } catch {
      const { pid, folder: other } = JSON.parse(fs.readFileSync(LOCK, 'utf8')) as {
        pid: number;
        folder: string;
      };
      if (fs.existsSync(`/proc/${pid}`) || attempt === 2)
        return `process ${pid} uses this machine as a node`;
      removeLeftovers(other);
      fs.rmSync(other, { recursive: true, force: true });
    }
  }
  return undefined;
}

/** Ends the processes of a cluster that still run, and removes its mounts, bridge and rules. */
export function removeLeftovers(folder: string): void {
  endProcesses(folder);
  for (const mount of mountsBelow(folder)) spawnSync('umount', ['-l', mount], { env: { PATH } });
  const proxy = findServer('kube-proxy');
  if (proxy) spawnSync(proxy, ['--cleanup'], { env: { PATH }, stdio: 'ignore', timeout: 30_000 });
  spawnSync('ip', ['link', 'delete', BRIDGE], { env: { PATH }, stdio: 'ignore' });
  for (const address of [DNS_ADDRESS, API_ADDRESS])
    spawnSync('ip', ['address', 'delete', `${address}/32`, 'dev', 'lo'], {
      env: { PATH },
      stdio: 'ignore',
    });
  fs.rmSync(`/var/lib/cni/networks/${BRIDGE}`, { recursive: true, force: true });
  for (const controller of fs.readdirSync(CONTROL_GROUPS))
    removeControlGroups(path.join(CONTROL_GROUPS, controller, 'kubepods'));
  fs.rmSync(LOCK, { force: true });
}

/** Removes groups without processes, from the innermost. The kernel owns their files. */
function removeControlGroups(folder: string): void {
  if (!fs.existsSync(folder)) return;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeControlGroups(path.join(folder, entry.name));
  try {
    fs.rmdirSync(folder);
  } catch {
    // Another cluster uses the group.
  }
}

/** Kills processes whose command line names the folder, and their children: the containers. */
function endProcesses(folder: string): void {
  const all = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const command = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8');
        const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]!;
        return [{ pid: name, parent, isOwn: command.includes(`${folder}/`) }];
      } catch {
        return []; // It has just ended.
      }
    });
  const own = new Set(all.filter(({ isOwn }) => isOwn).map(({ pid }) => pid));
  for (const { pid, parent } of all)
    if (own.has(pid) || own.has(parent)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }
}
