import { beforeAll, describe, expect, test } from 'vitest';
import { createPodsApp, findPods, type PodsApp, printSettings } from './helpers/app.ts';

const pods = findPods();

describe.skipIf(!pods)('an app whose effects have separate pods', () => {
  let app: PodsApp;
  const rows = async (): Promise<unknown[]> =>
    (await app.deploy('status')).document
      .revisions!.filter(({ replicas }) => replicas > 0)
      .map(({ role, replicas, ready }) => [role, replicas, ready]);

  beforeAll(async () => {
    app = createPodsApp(pods!, 'roles', 'workers: { min: 2, resources: { memory: 192Mi } }\n');
    await app.build();
  });

  test('has ready pods of both roles, and a budget for each', async () => {
    const first = await app.deploy('kubernetes');
    expect(first, first.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(await rows()).toEqual([
      ['core', 1, 1],
      ['worker', 2, 2],
    ]);
    const budgets = await app.client.list(
      `apis/policy/v1/namespaces/${app.namespace}/poddisruptionbudgets`,
    );
    expect(budgets.map(({ metadata }) => metadata.name)).toEqual(['roles', 'roles-worker']);
    expect(await app.deploy('kubernetes')).toMatchObject({ document: { result: 'unchanged' } });
  });

  test('ends the old pods of both roles, and returns to them by a rollback', async () => {
    app.edit('Hello', 'Hi');
    await app.build();
    const next = await app.deploy('kubernetes');
    expect(next, next.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(await rows()).toHaveLength(2);
    const back = await app.deploy('rollback');
    expect(back, back.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(await rows()).toEqual([
      ['core', 1, 1],
      ['worker', 2, 2],
    ]);
  });

  test('keeps both roles of the old release when the workers of a new one fail', async () => {
    app.edit('Hi', 'Salut');
    await app.build();
    const settings = 'workers: { resources: { memory: 900Gi } }\nrollout: { timeout: 5s }\n';
    app.configure(printSettings(pods!, 'roles', settings));
    const failed = await app.deploy('kubernetes');
    expect(failed).toMatchObject({ code: 1, document: { result: 'rolled-back' } });
    expect(failed.document.errors![0]!.message).toContain('Insufficient memory');
    expect(await rows()).toEqual([
      ['core', 1, 1],
      ['worker', 2, 2],
    ]);
  });

  test('loses its workers when the settings no longer have them', async () => {
    app.configure(printSettings(pods!, 'roles', ''));
    const alone = await app.deploy('kubernetes');
    expect(alone, alone.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(await rows()).toEqual([['core', 1, 1]]);
  });
});
