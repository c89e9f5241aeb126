import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { browserMissing, openBrowser } from '@gati/test-kit/browser';
import { findViolations, openPanelContext } from '@gati/test-kit/panel';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call, type ServerProcess, startBuiltServer } from '@gati/test-kit/servers';
import { eventually } from '@gati/test-kit/wait';
import { PAGES } from '../../packages/devtools/src/api/pages.ts';
import { type Owner, setUpOwner } from './helpers/owner.ts';

/** Milliseconds between two requests of the app during the walk. */
const PACE = 50;
const API = '**/_control/api/**';
/** Pages whose content does not come from the read API when they open. */
const WITHOUT_LOADING = new Set(['playground', 'logs']);
/** How people look at a page. Twice the zoom is half the viewport at twice the scale. */
const LOOKS: Record<string, BrowserContextOptions> = {
  'light on a desktop': { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  'dark on a phone': {
    colorScheme: 'dark',
    viewport: { width: 375, height: 844 },
    reducedMotion: 'reduce',
  },
  'at 200 % with forced colors': {
    viewport: { width: 640, height: 400 },
    deviceScaleFactor: 2,
    forcedColors: 'active',
  },
};

describe.skipIf(browserMissing)('each page of the panel of a built server', () => {
  let browser: Browser;
  let server: ServerProcess;
  let owner: Owner;
  let origin: string;
  const traffic = { isOn: false };
  let load = Promise.resolve();
  const faults: string[] = [];

  beforeAll(async () => {
    const app = copyApp('playground/payments');
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    await runOrThrow(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: app });
    server = await startBuiltServer(app, { ...process.env, GATI_PANEL: 'on', GATI_WORKERS: '1' });
    owner = await setUpOwner(server);
    origin = `http://localhost:${new URL(server.url).port}`;
    browser = await openBrowser();
  });
  afterAll(async () => {
    traffic.isOn = false;
    await load;
    await browser?.close();
    await stopProcesses();
  });

  async function sendTraffic(): Promise<void> {
    for (let count = 0; traffic.isOn; count++) {
      const amount = count % 5 === 0 ? 10_001 : 50;
      await call(`${server.url}/payments/p${count}/capture`, { method: 'POST', body: { amount } });
      await new Promise((resolve) => setTimeout(resolve, PACE));
    }
  }

  async function openContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await openPanelContext(browser, faults, options);
    const [name, value] = owner.cookie.split('=') as [string, string];
    await context.addCookies([{ name, value, domain: 'localhost', path: '/_control' }]);
    return context;
  }

  const goTo = async (page: Page, subpath: string): Promise<void> => {
    await page.goto(`${origin}/_control/${subpath}`);
    await page.locator('h1').first().waitFor();
  };
  const loaded = (page: Page): Promise<void> =>
    eventually(async () => expect(await page.locator('main p.state').count()).toBe(0));
  /** Answers all reads but the one about rights, without which there are no pages. */
  const answerReads = (page: Page, answer: (route: Route) => Promise<void>): Promise<unknown> =>
    page.route(API, (route) =>
      /\/api\/access\/status/.test(route.request().url()) ? route.continue() : answer(route),
    );

  test('says what to do while there is nothing to show', async () => {
    const page = await (await openContext()).newPage();
    const empty: string[] = [];
    for (const { path: subpath } of PAGES) {
      await goTo(page, subpath);
      await loaded(page);
      if ((await page.locator('main .empty').count()) > 0) empty.push(subpath);
    }
    expect(empty).toEqual(expect.arrayContaining(['', 'traces', 'errors', 'releases']));
    await page.context().close();
    traffic.isOn = true;
    load = sendTraffic();
  });

  test('says that it loads, why it has no data, that it is offline, and continues', async () => {
    const page = await (await openContext()).newPage();
    for (const { path: subpath } of PAGES) {
      if (WITHOUT_LOADING.has(subpath)) continue;
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await answerReads(page, async (route) => {
        await held;
        await route
          .fulfill({
            status: 503,
            contentType: 'application/problem+json',
            body: '{"code":"panel_unavailable","detail":"Not now."}',
          })
          .catch(() => undefined);
      });
      await goTo(page, subpath);
      await page.getByText('Loading…').first().waitFor();
      release();
      await page.getByText('panel_unavailable').first().waitFor();
      await page.unroute(API);
      await answerReads(page, (route) => route.abort());
      await page.getByRole('button', { name: 'Try again' }).first().click();
      await page.getByText('Offline').first().waitFor();
      await page.unroute(API);
      const again = page.getByRole('button', { name: 'Try again' });
      while ((await again.count()) > 0)
        await again
          .first()
          .click({ timeout: 500 })
          .catch(() => undefined);
      await loaded(page);
    }
    await page.context().close();
  });

  test.each(Object.entries(LOOKS))('is accessible and fits: %s', async (_name, options) => {
    const page = await (await openContext(options)).newPage();
    const found: string[] = [];
    for (const { path: subpath, title } of PAGES) {
      await goTo(page, subpath);
      await loaded(page);
      expect(await page.title()).toBe(`${title} · Panel`);
      for (const violation of await findViolations(page)) found.push(`${subpath}: ${violation}`);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      if (width > page.viewportSize()!.width) found.push(`${subpath}: ${width} px wide`);
    }
    expect(found).toEqual([]);
    await page.context().close();
  });

  test('changes a setting and scales by the keyboard alone, with what changes before it', async () => {
    const page = await (await openContext()).newPage();
    await goTo(page, 'config');
    await page.getByRole('button', { name: 'Change GATI_LOG_LEVEL' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Change the setting' });
    await dialog.waitFor();
    await dialog.getByRole('combobox').focus();
    await page.keyboard.type('warn');
    await dialog.getByText('info', { exact: true }).last().waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('too many lines');
    await page.keyboard.press('Enter');
    await page.getByText('GATI_LOG_LEVEL is now warn').waitFor();
    await page.getByText('too many lines').waitFor();
    await page.getByRole('button', { name: 'Undo the change of GATI_LOG_LEVEL' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Undo the change' }).getByRole('textbox').focus();
    await page.keyboard.type('done');
    await page.keyboard.press('Enter');
    await page.getByText('GATI_LOG_LEVEL is now info').waitFor();
    await goTo(page, 'scaling');
    await page.getByRole('button', { name: 'Scale', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Scale' }).getByRole('spinbutton').fill('2');
    await page.keyboard.press('Enter');
    await page.getByText(/^\s*Scaled/).waitFor();
    await goTo(page, 'effects');
    for (const verb of ['Pause', 'Resume']) {
      await page.getByRole('button', { name: `${verb}: capturePayment` }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: `${verb} capturePayment`, exact: true }).focus();
      await page.keyboard.press('Enter');
      await page
        .getByText(verb === 'Pause' ? 'capturePayment is paused.' : 'capturePayment runs again.')
        .waitFor();
    }
    await goTo(page, 'access');
    for (const action of ['config.set', 'scaling.scale', 'effects.pause'])
      await page.getByText(action, { exact: true }).first().waitFor();
    await page.context().close();
  });

  test('breaks no policy and throws no error', () => expect(faults).toEqual([]));
});
