import type { ForeignDeclaration } from '../types/foreign.ts';

export interface Permissions {
  read: readonly string[];
  write: readonly string[];
  /** Whether the process may open connections and listen. */
  network: boolean;
}

/** First major version of Node whose permission model covers connections and listening sockets. */
const NETWORK_SINCE = 25;

const coversNetwork = (version: string): boolean => Number.parseInt(version, 10) >= NETWORK_SINCE;

/**
 * Whether an isolated package may open connections. Without the permission, the package can't
 * listen either, so this process listens for it. Windows does not support that.
 */
export const mayUseNetwork = ({ allow }: Pick<ForeignDeclaration, 'allow'>): boolean =>
  allow?.network === true || !coversNetwork(process.versions.node) || process.platform === 'win32';

/**
 * Returns the flags of Node's permission model (https://nodejs.org/api/permissions.html). Children,
 * threads and native code are never allowed.
 *
 * @param version of Node: `22.13.0`
 */
export function permissionFlags(version: string, { read, write, network }: Permissions): string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isStable = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13);
  return [
    isStable ? '--permission' : '--experimental-permission',
    '--no-warnings',
    // Node adds what is in a folder. The same path twice, or with `/*`, ends Node 20.
    ...[...new Set([...read, ...write])].map((file) => `--allow-fs-read=${file}`),
    ...[...new Set(write)].map((file) => `--allow-fs-write=${file}`),
    ...(network && coversNetwork(version) ? ['--allow-net'] : []),
  ];
}
