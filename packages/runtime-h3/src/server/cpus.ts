import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * Returns the cores that this process may use, at least 1. Respects the CPU quota of a container,
 * which `availableParallelism()` ignores on some versions of Node.
 * @param root prefix of the paths below `/proc` and `/sys`, for tests
 */
export function countCpus(root = ''): number {
  const quota = readQuota(root);
  return Math.max(
    1,
    Math.min(availableParallelism(), quota === undefined ? Infinity : Math.round(quota)),
  );
}

/**
 * Returns the lowest quota, in cores, of cgroup v2 `cpu.max` and v1 `cpu.cfs_quota_us`, or `undefined`
 * without a limit.
 */
export function readQuota(root = ''): number | undefined {
  const own = /^0::(\/.*)$/m.exec(read(`${root}/proc/self/cgroup`) ?? '')?.[1] ?? '/';
  const limits: number[] = [];
  // The limit of a parent group also applies to its children.
  for (let path = own; ; path = path.slice(0, path.lastIndexOf('/'))) {
    const max = /^(\d+) (\d+)/.exec(
      read(`${root}/sys/fs/cgroup${path === '/' ? '' : path}/cpu.max`) ?? '',
    );
    if (max) limits.push(Number(max[1]) / Number(max[2]));
    if (path === '' || path === '/') break;
  }
  const quota = Number(read(`${root}/sys/fs/cgroup/cpu/cpu.cfs_quota_us`) ?? -1);
  const period = Number(read(`${root}/sys/fs/cgroup/cpu/cpu.cfs_period_us`) ?? 0);
  if (quota > 0 && period > 0) limits.push(quota / period);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
