import { existsSync } from 'node:fs';
import path from 'node:path';
import { moduleStartError } from './errors.ts';
import { findProgram } from './process-bounds.ts';

/** Folders and files of the system that each program may read. */
const SYSTEM = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/pki',
  '/etc/ssl',
];
/** Files from which a program with network access resolves names. */
const NETWORK = ['/etc/hosts', '/etc/nsswitch.conf', '/etc/resolv.conf'];

export interface SandboxOptions {
  /** Folder that the command starts in. */
  root: string;
  /** Folder for the socket. */
  sockets: string;
  /** Files and folders that the program may read. */
  read: readonly string[];
  /** Files and folders that the program may read and write. */
  write: readonly string[];
  network: boolean;
}

/**
 * Returns the command that runs another command in a bubblewrap sandbox. The sandbox has separate
 * namespaces for files, processes, users and network, no capabilities, and no writable files except
 * the given ones. https://github.com/containers/bubblewrap
 *
 * @throws {GatiError} GATI_MODULE_START when bubblewrap is not installed
 */
export function sandboxCommand(
  name: string,
  command: readonly string[],
  { root, sockets, read, write, network }: SandboxOptions,
): string[] {
  const bwrap = process.platform === 'linux' ? findProgram('bwrap') : undefined;
  if (bwrap === undefined)
    throw moduleStartError(
      name,
      'with `isolate` it needs bubblewrap, which this machine does not have.',
      'Install the package bubblewrap of the Linux distribution, declare a docker: source, or remove `isolate`: the module then has the rights of the user of the server.',
    );
  const bind = (flag: string, files: readonly string[]): string[] =>
    files.flatMap((file) => [flag, file, file]);
  return [
    bwrap,
    '--unshare-all',
    ...(network ? ['--share-net'] : []),
    '--die-with-parent',
    '--cap-drop',
    'ALL',
    ...bind(
      '--ro-bind',
      [...SYSTEM, ...(network ? NETWORK : [])].filter((file) => existsSync(file)),
    ),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--remount-ro',
    '/dev',
    // Bubblewrap fails with the path of a missing file.
    ...bind('--ro-bind', read),
    ...bind('--bind', [...write, sockets]),
    // Bubblewrap creates the parent folders of these files in memory.
    '--dir',
    path.resolve(root),
    '--remount-ro',
    '/',
    '--chdir',
    path.resolve(root),
    '--',
    ...command,
  ];
}
