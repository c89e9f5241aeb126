import { beforeAll, describe, expect, test } from 'vitest';
import { installGatewayApi } from '../cluster/gateway-api.ts';
import { openCluster } from '../cluster/helpers/play-controller.ts';
import { createPodsApp, findPods, type PodsApp } from './helpers/app.ts';

const pods = findPods();
const missing = pods ? await installGatewayApi(openCluster(pods)) : 'there is no cluster';
if (missing !== undefined && pods)
  process.stderr.write(`\n  !! NO ROUTE of the Gateway API was tried: ${missing}\n\n`);
const SETTINGS = `kubernetes: { gateway: infra/edge }
url: http://127.0.0.1:9
domains: { root: {} }
rollout: { canary: { steps: [5, 25], duration: 1s } }
`;

interface Backend {
  name: string;
  weight: number;
}

// No controller serves the routes here: the schema and the writes are tried.
describe.skipIf(missing !== undefined)('an app behind a gateway', () => {
  let app: PodsApp;
  const backends = async (): Promise<[string, number][][]> => {
    const route = await app.client.get(
      `apis/gateway.networking.k8s.io/v1/namespaces/${app.namespace}/httproutes/gateway`,
    );
    const { rules } = route!['spec'] as { rules: { backendRefs: Backend[] }[] };
    return rules.map(({ backendRefs }) => backendRefs.map(({ name, weight }) => [name, weight]));
  };

  beforeAll(async () => {
    app = createPodsApp(pods!, 'gateway', SETTINGS);
    await app.build();
  });

  test('has an HTTPRoute to its domains, which a second deploy does not write', async () => {
    const first = await app.deploy('kubernetes');
    // The gateway has no controller, so users do not reach the release.
    expect(first, first.stderr).toMatchObject({ code: 3, document: { result: 'pending' } });
    expect(await backends()).toEqual([[['gateway-routes-root', 1]], [['gateway', 1]]]);
    expect(await app.deploy('kubernetes')).toMatchObject({ document: { result: 'unchanged' } });
    expect(await app.deploy('drift')).toMatchObject({ code: 0 });
  });

  test('gets weights for a canary, and leads to one Service again', async () => {
    app.edit('Hello', 'Hi');
    await app.build();
    const line = app.auditLength();
    const next = await app.deploy('kubernetes');
    expect(next, next.stderr).toMatchObject({ code: 3 });
    const routes = app
      .writesSince(line)
      .filter(({ objectRef }) => objectRef?.resource === 'httproutes');
    expect(routes).toHaveLength(3);
    expect(await backends()).toEqual([[['gateway-routes-root', 1]], [['gateway', 1]]]);
    expect(await app.deploy('kubernetes')).toMatchObject({ document: { result: 'unchanged' } });
  });
});
