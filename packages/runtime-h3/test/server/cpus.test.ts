import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { countCpus, readQuota } from '../../src/server/cpus.ts';

const files: Record<string, Record<string, string>> = {
  none: {},
  'v2 without a limit': { 'sys/fs/cgroup/cpu.max': 'max 100000\n', 'proc/self/cgroup': '0::/\n' },
  'v2, in a container': {
    'sys/fs/cgroup/cpu.max': '150000 100000\n',
    'proc/self/cgroup': '0::/\n',
  },
  'v2, limit of a parent': {
    'sys/fs/cgroup/kube/cpu.max': '50000 100000\n',
    'sys/fs/cgroup/kube/pod/cpu.max': 'max 100000\n',
    'proc/self/cgroup': '0::/kube/pod\n',
  },
  v1: {
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000\n',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  },
  'v1 without a limit': {
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  },
};

test.each([
  ['none', undefined],
  ['v2 without a limit', undefined],
  ['v2, in a container', 1.5],
  ['v2, limit of a parent', 0.5],
  ['v1', 3],
  ['v1 without a limit', undefined],
])('reads the CPU quota of cgroup %s as %s cores', async (name, quota) => {
  const root = temporaryFolder('cgroup');
  for (const [path, text] of Object.entries(files[name]!)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  expect(readQuota(root)).toBe(quota);
  expect(countCpus(root)).toBe(
    Math.max(1, Math.min(availableParallelism(), Math.round(quota ?? Infinity))),
  );
});
