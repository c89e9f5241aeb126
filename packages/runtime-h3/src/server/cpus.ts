import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Cores that this process may use: a container's quota counts, which `availableParallelism()` does not see on all versions of Node. */
export function countCpus(root = ''): number {
  const quota = readQuota(root);
  return Math.max(
    1,
    Math.min(availableParallelism(), quota === undefined ? Infinity : Math.round(quota)),
  );
}

/** Cores from cgroup v2 `cpu.max`, else v1 `cpu.cfs_quota_us`. `undefined`: no limit. */
export function readQuota(root = ''): number | undefined {
  const own = /^0::(\/.*)$/m.exec(read(`${root}/proc/self/cgroup`) ?? '')?.[1] ?? '/';
  const limits: number[] = [];
  // A parent's limit holds for what is below it.
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
