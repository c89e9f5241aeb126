import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { browserMissing, openBrowser } from '@gati/test-kit/browser';
import { createAccount, findViolations, openPanelContext } from '@gati/test-kit/panel';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call, type ServerProcess, startBuiltServer } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';

describe.skipIf(browserMissing)('the page Modules of a built server', () => {
  let browser: Browser;
  let server: ServerProcess;
  const traffic = { isOn: true, failed: 0, sent: 0 };
  let load = Promise.resolve();

  beforeAll(async () => {
    const app = copyApp('playground/polyglot');
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    await runOrThrow(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: app });
    const env = { GATI_MIGRATIONS: 'apply', GATI_PANEL: 'on', GATI_WORKERS: '1' };
    server = await startBuiltServer(app, { ...process.env, ...env });
    browser = await openBrowser();
  });
  afterAll(async () => {
    traffic.isOn = false;
    await load;
    await browser?.close();
    await stopProcesses();
  });

  const score = async (): Promise<number> =>
    (await call(`${server.url}/scores`, { method: 'POST', body: { text: 'a b' } })).status;
  async function sendTraffic(): Promise<void> {
    while (traffic.isOn) {
      traffic.sent++;
      if ((await score()) !== 200) traffic.failed++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test('shows the contract of a module, and swaps its process without a failed call', async () => {
    await until('the module serves', async () => (await score()) === 200);
    load = sendTraffic();
    const [line] = await server.waitForOutput(/^\{"level":"info","msg":"panel".*\}$/m);
    const faults: string[] = [];
    const page = await (await openPanelContext(browser, faults)).newPage();
    await createAccount(page, (JSON.parse(line!) as { setup: string }).setup, 'Ada');
    await page.getByRole('link', { name: 'Modules', exact: true }).click();
    const row = page.getByRole('row', { name: /^scorer/ });
    await row.getByText('L2').waitFor();
    await row.getByText('healthy').waitFor();
    await row.getByRole('link', { name: 'Contract of scorer' }).click();
    const contract = page.getByRole('region', { name: 'Contract of scorer' });
    await contract.getByText('a separate process').waitFor();
    await contract.getByRole('heading', { name: /^score / }).waitFor();
    await contract.getByLabel('Type of Input').waitFor();
    expect(await findViolations(page)).toEqual([]);

    await row.getByRole('button', { name: 'Swap scorer' }).click();
    const dialog = page.getByRole('dialog', { name: 'Swap the module' });
    await dialog.getByRole('textbox').fill('a new model');
    await dialog.getByRole('button', { name: 'Swap scorer' }).click();
    await page.getByText(/^A new process of scorer .+ serves all calls\.$/).waitFor();
    await page.getByRole('link', { name: 'Access', exact: true }).click();
    const entry = page.getByRole('row').filter({ hasText: 'modules.swap' });
    await entry.getByText('a new model').waitFor();
    await entry.getByText('done').waitFor();
    traffic.isOn = false;
    await load;
    expect({ failed: traffic.failed, faults }).toEqual({ failed: 0, faults: [] });
    expect(traffic.sent).toBeGreaterThan(0);
  });
});
