import { afterAll, beforeAll, expect, test } from 'vitest';
import { findOthers } from '../../src/cli/remove-objects.ts';
import { setId } from '../../src/objects/identity.ts';
import { LABELS } from '../../src/objects/labels.ts';
import { toTarget } from '../../src/objects/target.ts';
import { type ApiServer, startApiServer } from '../helpers/api-server.ts';

let api: ApiServer;
beforeAll(async () => void (api = await startApiServer()));
afterAll(() => api.close());

const target = toTarget('shop', 'production', { kubernetes: { namespace: 'apps' } });

function add(kind: string, namespace: string, name: string, labels = {}): void {
  const [, group = ''] = /^(.+)\/[^/]+$/.exec(kind) ?? [];
  const plural = kind.slice(group.length + 1);
  api.objects.set(`apis/${group}/namespaces/${namespace}/${plural}/${name}`, {
    apiVersion: group,
    kind: 'x',
    metadata: { name, namespace, labels },
  });
}

test('finds each workload that a removal of the cluster would end, except those of the app', async () => {
  add('apps/v1/deployments', 'apps', 'shop-core', { [LABELS.partOf]: setId(target) });
  add('apps/v1/deployments', 'kube-system', 'coredns');
  add('apps/v1/daemonsets', 'gmp-system', 'collector');
  add('apps/v1/deployments', 'gke-gmp-system', 'gmp-operator');
  add('apps/v1/daemonsets', 'gke-managed-filestorecsi', 'filestore-node');
  expect(await findOthers({ cluster: api.cluster, target })).toEqual([]);
  add('apps/v1/deployments', 'apps', 'other');
  add('apps/v1/deployments', 'default', 'blog');
  add('apps/v1/statefulsets', 'data', 'postgres');
  add('apps/v1/daemonsets', 'gke-logs', 'agent');
  add('batch/v1/cronjobs', 'jobs', 'backup');
  expect(await findOthers({ cluster: api.cluster, target })).toEqual([
    'apps/other',
    'default/blog',
    'data/postgres',
    'gke-logs/agent',
    'jobs/backup',
  ]);
});
