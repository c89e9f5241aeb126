import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '@gati/test-kit/wait';
import { createPodsApp, findPods, type PodsApp } from './helpers/app.ts';
import { startLoad } from './helpers/load.ts';

const pods = findPods();
/** Rollouts under load; 100,000 requests in 10 rollouts with GATI_ROLLOUTS=10 GATI_REQUESTS=10000. */
const ROLLOUTS = Number(process.env.GATI_ROLLOUTS ?? 2);
const REQUESTS = Number(process.env.GATI_REQUESTS ?? 3000);

describe.skipIf(!pods)('a built app on a cluster with pods', () => {
  let app: PodsApp;
  beforeAll(async () => {
    const settings = 'kubernetes: { service: NodePort }\nscale: { min: 2 }\n';
    app = createPodsApp(pods!, 'rollout', settings);
    await app.build();
  });
  const call = async (): Promise<string> => {
    const response = await fetch(`${await app.address()}/hello/Ada`);
    return ((await response.json()) as { message: string }).message;
  };

  test('serves after the first deploy, through its Service', async () => {
    const first = await app.deploy('kubernetes');
    expect(first, first.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    // The proxy of the node needs a moment for a new Service.
    await eventually(async () => expect(await call()).toBe('Hello, Ada!'));
    const ready = (await app.pods()).map(({ status }) => status.containerStatuses?.[0]?.ready);
    expect(ready).toEqual([true, true]);
  });

  test('is not written to and not restarted by a deploy without a change', async () => {
    const before = await app.pods();
    const line = app.auditLength();
    const second = await app.deploy('kubernetes');
    expect(second, second.stderr).toMatchObject({ code: 0, document: { result: 'unchanged' } });
    expect(app.writesSince(line)).toEqual([]);
    const after = await app.pods();
    const facts = (each: typeof before): unknown =>
      each.map(({ metadata, status }) => [
        metadata.uid,
        status.containerStatuses![0]!.restartCount,
      ]);
    expect(facts(after)).toEqual(facts(before));
  });

  test('responds to every request while new releases roll out', async () => {
    const url = `${await app.address()}/hello/Ada`;
    const seconds: number[] = [];
    let word = 'Hello';
    for (let index = 1; index <= ROLLOUTS; index++) {
      app.edit(word, (word = `Hello${index}`));
      const load = startLoad(url, { limit: REQUESTS * 20 });
      const start = performance.now();
      await app.build();
      const deployed = await app.deploy('kubernetes');
      expect(deployed, deployed.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
      expect(await call()).toBe(`${word}, Ada!`);
      seconds.push((performance.now() - start) / 1000);
      // The old pods end under load too.
      await eventually(async () => expect(await app.pods()).toHaveLength(2));
      await eventually(() => expect(load.sent).toBeGreaterThan(REQUESTS));
      const { sent, failures, releases } = await load.stop();
      expect(failures.slice(0, 10), `${failures.length} of ${sent} requests failed`).toEqual([]);
      expect(releases.size).toBe(2);
    }
    const shown = seconds.map((each) => each.toFixed(1)).join(', ');
    process.stderr.write(`  build, deploy and first response after a change: ${shown} s\n`);
  });
});
