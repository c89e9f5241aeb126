import { GatiError } from '@gati/contract';
import type { ChangedBy, ClusterReport } from '@gati/runtime-h3/telemetry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FACTS, type PanelServer, startPanel } from '../helpers/panel-server.ts';

const REPORT: ClusterReport = {
  namespace: 'shop-production',
  environment: 'production',
  roles: [],
  revisions: [],
  pods: [],
};

let panel: PanelServer;
let token: Record<string, string>;
const changes: { wanted: object; by: ChangedBy }[] = [];
let refusal: string | undefined;

beforeAll(async () => {
  const change = async (wanted: object, by: ChangedBy): Promise<void> => {
    if (refusal !== undefined)
      throw new GatiError({ code: 'GATI_DEPLOY_BUSY', message: refusal, fix: 'Wait.' });
    changes.push({ wanted, by });
  };
  panel = await startPanel(undefined, {
    app: () => FACTS,
    ports: {
      cluster: {
        accounts: { read: async () => ({ version: '1' }), write: async () => '2' },
        report: async () => REPORT,
        scale: change,
        rollBack: change,
      },
    },
  });
  const { text } = await panel.post('/_control/api/access/code', { code: panel.code });
  token = { authorization: `Bearer ${JSON.parse(text).token}` };
});
afterAll(() => panel.close());

async function act(name: string, input: object, reason?: string): Promise<[number, string]> {
  const body = { input, ...(reason && { reason }) };
  const { status, text } = await panel.post(`/_control/api/actions/${name}`, body, token);
  const { code = '', result } = JSON.parse(text) as { code?: string; result?: unknown };
  return [status, code || String(result)];
}

test('shows the pods and revisions of the cluster', async () => {
  const { text } = await panel.get('/_control/api/cluster');
  expect(JSON.parse(text)).toEqual({ cluster: REPORT });
});

test('changes the number of pods and the release, with name and reason of the person', async () => {
  expect(await act('cluster.scale', { role: 'core', min: 2, max: 4 }, 'sale')).toEqual([
    200,
    'null',
  ]);
  expect(await act('cluster.scale', { role: 'core', min: 3 }, 'sale')).toEqual([200, 'null']);
  expect(await act('cluster.scale', { role: 'core' }, 'over')).toEqual([200, 'null']);
  const wanted = { revision: '0123456789', live: '9876543210' };
  expect(await act('cluster.rollback', wanted, 'errors')).toEqual([200, 'null']);
  expect(changes.map((each) => each.wanted)).toEqual([
    { role: 'core', pods: { min: 2, max: 4 } },
    { role: 'core', pods: { min: 3, max: 3 } },
    { role: 'core' },
    wanted,
  ]);
  expect(changes.map(({ by }) => by.reason)).toEqual(['sale', 'sale', 'over', 'errors']);
  for (const { by } of changes)
    expect(by).toMatchObject({ by: expect.any(String), at: expect.any(Number) });
});

test.each<[string, string, object]>([
  ['no pods', 'cluster.scale', { role: 'core', min: 0 }],
  ['too many pods', 'cluster.scale', { role: 'core', min: 1, max: 1001 }],
  ['a maximum below the minimum', 'cluster.scale', { role: 'core', min: 3, max: 2 }],
  ['a role that is a path', 'cluster.scale', { role: '../x', min: 1 }],
  ['a revision that is a path', 'cluster.rollback', { revision: '../x', live: '9876543210' }],
])('rejects %s', async (_, name, input) => {
  expect(await act(name, input, 'why')).toEqual([400, 'invalid_input']);
});

test('needs a reason for each change', async () => {
  expect(await act('cluster.scale', { role: 'core', min: 2 })).toEqual([400, 'invalid_input']);
});

test('responds with the reason why the cluster was not changed', async () => {
  refusal = 'ci@runner deploys shop since noon.';
  expect(await act('cluster.scale', { role: 'core', min: 2 }, 'sale')).toEqual([
    409,
    'GATI_DEPLOY_BUSY',
  ]);
  refusal = undefined;
});
