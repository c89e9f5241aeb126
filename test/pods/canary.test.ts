import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '@gati/test-kit/wait';
import { createPodsApp, findPods, type PodsApp } from './helpers/app.ts';
import { startLoad } from './helpers/load.ts';

const pods = findPods();
const SETTINGS = `kubernetes: { service: NodePort }
scale: { min: 2 }
rollout: { canary: { steps: [30, 50], duration: 15s } }
`;
const FAULT = "if (Math.random() < 0.02) throw new Error('the moon is away');";

describe.skipIf(!pods)('a release that gets its requests step by step', () => {
  let app: PodsApp;
  const serving = async (): Promise<unknown[]> =>
    (await app.deploy('status')).document
      .revisions!.filter(({ replicas }) => replicas > 0)
      .map(({ revision, ready }) => [revision, ready]);

  beforeAll(async () => {
    app = createPodsApp(pods!, 'canary', SETTINGS);
    await app.build();
    const first = await app.deploy('kubernetes');
    expect(first, first.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    await until('the Service responds', async () => fetch(`${await app.address()}/hello/Ada`));
  });

  test('gets all requests if no route is worse', async () => {
    const load = startLoad(`${await app.address()}/hello/Ada`, { keepAlive: false, pause: 5 });
    app.edit('Hello', 'Hi');
    await app.build();
    const next = await app.deploy('kubernetes');
    expect(next, next.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(next.stderr).toMatch(/no route is worse in [1-9]\d* requests of the new release/);
    const { failures, releases } = await load.stop();
    expect(failures).toEqual([]);
    expect(releases.size).toBe(2);
    expect(await app.deploy('kubernetes')).toMatchObject({ document: { result: 'unchanged' } });
  });

  test('loses its requests when a route has 2 % of errors, which is named with a trace', async () => {
    const before = await serving();
    const load = startLoad(`${await app.address()}/hello/Ada`, { keepAlive: false, pause: 5 });
    app.edit('return res', `${FAULT}\n  return res`);
    await app.build();
    const failed = await app.deploy('kubernetes');
    expect(failed, failed.stderr).toMatchObject({ code: 1, document: { result: 'rolled-back' } });
    const [cause] = failed.document.causes!;
    expect(cause).toMatchObject({ code: 'canary', object: 'GET /hello/:name' });
    expect(cause!.why).toMatch(
      /\d+ of \d+ requests .* responded 5xx, and 0 of .*; trace [\da-f]{32}$/,
    );
    expect(cause!.logs.join('\n')).toContain('the moon is away');
    await until('the pods of the new release end', async () => (await app.pods()).length === 2);
    expect(await serving()).toEqual(before);
    const { failures, sent } = await load.stop();
    process.stderr.write(`  ${failures.length} of ${sent} requests failed; ${cause!.why}\n`);
    expect(failures.filter((each) => !each.startsWith('status 500'))).toEqual([]);
    expect(await app.deploy('drift')).toMatchObject({ code: 0 });
  });
});
