import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '@gati/test-kit/browser';
import { createAccount, openPanelContext } from '@gati/test-kit/panel';
import { eventually, until } from '@gati/test-kit/wait';
import { readAudit } from '../cluster/control-plane.ts';
import { createPodsApp, findPods, type PodsApp } from './helpers/app.ts';

const pods = findPods();
const SETTINGS = 'kubernetes: { service: NodePort }\nscale: { min: 2 }\npanel: true\n';
// Without this, the accounts of an earlier run in the same cluster would stay.
const NAME = `paneled-${Date.now().toString(36).slice(-4)}`;
const ACCOUNT = `system:serviceaccount:${NAME}-production:${NAME}-panel`;

interface Workload {
  metadata: { name: string };
  spec: { replicas: number };
}

describe.skipIf(!pods || browserMissing)('a person with the panel of two pods', () => {
  let app: PodsApp;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  const button = (name: string | RegExp, of: Page | Locator = page): Locator =>
    of.getByRole('button', { name, exact: true });
  const dialog = (name: string): Locator => page.getByRole('dialog', { name });
  const goTo = async (title: string): Promise<void> => {
    await page.getByRole('link', { name: title, exact: true }).click();
    await page.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor();
  };
  const message = async (): Promise<string> => {
    const response = await fetch(`${await app.address()}/hello/Ada`);
    return ((await response.json()) as { message: string }).message;
  };
  const sizes = async (): Promise<number[]> => {
    const path = `apis/apps/v1/namespaces/${app.namespace}/deployments`;
    const list = (await app.client.list(path)) as unknown as Workload[];
    return list.map(({ spec }) => spec.replicas).sort();
  };
  /** Writes of the pods that serve the panel. */
  const writes = (): string[] =>
    readAudit(pods!.folder)
      .filter(({ user }) => user?.username === ACCOUNT)
      .map(({ verb, objectRef, responseStatus }) => {
        const { resource, subresource, name } = objectRef ?? {};
        const what = [resource, subresource].filter(Boolean).join('/');
        return `${responseStatus?.code} ${verb} ${what} ${name}`;
      });
  const fillReason = (of: Locator, reason: string): Promise<void> =>
    of.getByRole('textbox', { name: /^Reason/ }).fill(reason);

  beforeAll(async () => {
    app = createPodsApp(pods!, NAME, SETTINGS);
    await app.build();
    const first = await app.deploy('kubernetes');
    expect(first, first.stderr).toMatchObject({ code: 0 });
    // The panel responds to one origin, whose port the first deploy has chosen.
    const { port } = new URL(await app.address());
    app.configureWith(`${SETTINGS}env: { GATI_PANEL_ORIGIN: 'http://localhost:${port}' }\n`);
    const second = await app.deploy('kubernetes');
    expect(second, second.stderr).toMatchObject({ code: 0 });
    app.edit('Hello', 'Hi');
    await app.build();
    const third = await app.deploy('kubernetes');
    expect(third, third.stderr).toMatchObject({ code: 0 });
    await until('the new release responds', async () => (await message()) === 'Hi, Ada!');
    browser = await openBrowser();
    page = await (await openPanelContext(browser, faults)).newPage();
  });
  afterAll(() => browser?.close());

  test('gets the same set-up link from both pods, and is signed in at both', async () => {
    const { stdout } = await app.run('logs', '--lines', '200');
    const lines = stdout.split('\n').filter((line) => line.includes('"msg":"panel"'));
    expect(lines.length).toBeGreaterThanOrEqual(2);
    const logs = await Promise.all(
      (await app.pods()).map(async ({ metadata: { name } }) => {
        const path = `api/v1/namespaces/${app.namespace}/pods/${name}/log`;
        return (await app.client.text(path, { container: 'app' })) ?? '';
      }),
    );
    // Pods of earlier deploys may not have ended yet. Those of the first have another origin.
    const { port } = new URL(await app.address());
    const links = logs
      .flatMap((log) => /"setup":"([^"]+)"/.exec(log)?.[1] ?? [])
      .filter((link) => new URL(link).port === port);
    expect(links.length).toBeGreaterThanOrEqual(2);
    expect(new Set(links).size).toBe(1);
    await createAccount(page, links[0]!, 'Ada');
    // Each request may go to another pod.
    for (const title of ['Topology', 'Scaling', 'Releases', 'Config', 'Access']) await goTo(title);
    expect(faults).toEqual([]);
  });

  test('sees the pods with their nodes', async () => {
    await goTo('Topology');
    const table = page.getByRole('region', { name: 'Pods', exact: true });
    await eventually(async () => expect(await table.getByRole('row').count()).toBe(3));
    await table.getByText('localhost', { exact: true }).first().waitFor();
  });

  test('scales the pods, which the next deploy keeps and explains', async () => {
    await goTo('Scaling');
    await button('Scale the pods of core').click();
    await dialog('Scale pods')
      .getByLabel(/^Pods at least/)
      .fill('3');
    await dialog('Scale pods')
      .getByLabel(/^Pods at most/)
      .fill('3');
    await fillReason(dialog('Scale pods'), 'the sale');
    await button('Scale core to 3', dialog('Scale pods')).click();
    await dialog('Scale pods').waitFor({ state: 'detached' });
    await page.getByText('3 of 3', { exact: true }).waitFor();
    expect(await sizes()).toEqual([0, 0, 3]);
    const next = await app.deploy('kubernetes');
    expect(next, next.stderr).toMatchObject({ code: 0, document: { result: 'unchanged' } });
    expect(next.stderr).toMatch(/core keeps 3 pods, as Ada set in the panel at .* \(“the sale”\)/);
    expect(await app.deploy('drift')).toMatchObject({ code: 0 });
    expect(writes()).toContainEqual(
      expect.stringMatching(/^200 patch deployments\/scale paneled-\w+-core-/),
    );
  });

  test('changes a setting, which all pods apply', async () => {
    await goTo('Config');
    await button('Change GATI_LOG_LEVEL').click();
    const change = page.getByRole('dialog');
    await change.getByLabel('Value').selectOption('debug');
    await fillReason(change, 'to see more');
    await change.getByRole('button').first().click();
    await change.waitFor({ state: 'detached' });
    // Each reload may go to another pod, which reads the settings of all.
    for (let count = 0; count < 6; count++) {
      await page.reload();
      await page.getByText('to see more').waitFor();
    }
  });

  test('returns to the earlier release, and a deploy of the later one is then a conflict', async () => {
    await goTo('Releases');
    await button(/^Return to /)
      .first()
      .click();
    const back = dialog('Return to an earlier release');
    await fillReason(back, 'the greeting is wrong');
    await button(/^Return to /, back).click();
    await back.waitFor({ state: 'detached' });
    await until('the old release responds', async () => (await message()) === 'Hello, Ada!');
    await until('the other pods end', async () => (await sizes()).join() === '0,0,3');
    await eventually(async () => {
      await page.reload();
      await page.getByText(/^Rollback \(.*\) by Ada .*: done$/).waitFor();
    });
    const again = await app.deploy('kubernetes');
    expect(again.code).toBe(1);
    const [error] = again.document.errors ?? [];
    expect(error!.message).toMatch(
      /^Ada rolled .* back in the panel .* \(“the greeting is wrong”\)/,
    );
    expect(await app.deploy('drift')).toMatchObject({ code: 0 });
    const forced = await app.deploy('kubernetes', '--take-over');
    expect(forced, forced.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(await sizes()).toEqual([0, 0, 3]);
  });

  test('has made no request that the cluster rejected', () => {
    const rejected = writes().filter((line) => !/^(?:20\d|409) /.test(line));
    expect(rejected).toEqual([]);
    expect(writes().length).toBeGreaterThan(5);
  });
});
