import fs from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { browserMissing, openBrowser } from '@gati/test-kit/browser';
import { findViolations, openPanelContext } from '@gati/test-kit/panel';
import { stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { type ServerProcess, startDevServer } from '@gati/test-kit/servers';
import { eventually } from '@gati/test-kit/wait';

const PAGES = [
  '',
  'topology',
  'routes',
  'playground',
  'traces',
  'errors',
  'logs',
  'metrics',
  'releases',
  'effects',
  'modules',
  'scaling',
  'config',
];
const TITLES = PAGES.map((page) =>
  page === '' ? 'Overview' : page[0]!.toUpperCase() + page.slice(1),
);
/** Milliseconds that one step in the browser may take. */
const STEP = 10_000;
/** Text of clients and of code that would do something if a page took it for HTML or a link. */
const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  'javascript:alert(3)',
  '{{constructor.constructor("alert(4)")()}}',
  '\u001b]8;;javascript:alert(5)\u0007link\u001b]8;;\u0007',
];

const FAIL = `export const route = 'GET /demo/fail';
export const handler: Handler<typeof route> = (_req, _res, _gctx, lctx) => {
  lctx.logger.warn('about to fail', { attempt: 3 });
  throw new TypeError('the ledger has no such account');
};
`;
const ECHO = `export const route = 'POST /demo/echo';
export type Body = { text: string };
export const handler: Handler<typeof route> = (req, _res, _gctx, lctx) => {
  lctx.logger.info(req.body.text, { [req.body.text]: req.body.text });
  return { text: req.body.text };
};
`;

describe.skipIf(browserMissing)('the panel of gati dev in a browser', () => {
  let browser: Browser;
  let server: ServerProcess;
  let shared: BrowserContext;
  /** Violations of the policy, dialogs and errors in all pages. */
  const faults: string[] = [];

  beforeAll(async () => {
    const app = copyApp('playground/payments');
    const demo = path.join(app, 'src/handlers/demo');
    fs.mkdirSync(demo, { recursive: true });
    fs.writeFileSync(path.join(demo, 'fail.ts'), FAIL);
    fs.writeFileSync(path.join(demo, 'echo.ts'), ECHO);
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    server = await startDevServer(app, process.env, [process.execPath, vite]);
    browser = await openBrowser();
    shared = await openContext();
  });
  afterAll(async () => {
    await browser?.close();
    await stopProcesses();
  });

  async function openContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await openPanelContext(browser, faults, options);
    context.setDefaultTimeout(STEP);
    return context;
  }

  const open = async (subpath: string, context = shared): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`${server.url}/_control/${subpath}`);
    await page.locator('h1').waitFor();
    return page;
  };
  const send = async (target: string, body?: unknown): Promise<void> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const options = body === undefined ? {} : { ...init, body: JSON.stringify(body) };
    await (await fetch(server.url + target, options)).text();
  };
  const sendTraffic = async (): Promise<void> => {
    for (const id of ['p1', 'p2', 'p3']) await send(`/payments/${id}/capture`, { amount: 50 });
    await send('/payments/p4/capture', { amount: 10_001 });
    await send('/demo/fail');
    await send('/demo/fail');
  };

  test('the terminal shows the address of the panel', async () => {
    const [, url] = await server.waitForOutput(/Panel: {3}(\S+)/);
    expect(url).toBe(`${server.url}/_control/`);
  });

  test('each page says what to do while there is nothing to show', async () => {
    const page = await open('');
    for (const [title, text] of Object.entries({
      Overview: 'Send a request to the app',
      Traces: 'Send a request to the app',
      Errors: 'Errors that a handler throws',
      Logs: 'appear here as they are written',
      Metrics: 'Send a request to the app',
    })) {
      await page.getByRole('link', { name: title, exact: true }).click();
      await page.getByText(text).waitFor();
    }
    await page.close();
  });

  test('the pages show traffic as it comes, and a failing request with its lines and its stack', async () => {
    const page = await open('logs');
    await sendTraffic();
    await page.getByText('a request failed').first().waitFor();
    await page.getByRole('link', { name: 'Errors' }).click();
    await page.getByText('src/handlers/demo/fail.ts:4').waitFor();
    await page.getByRole('link', { name: 'Last trace' }).click();
    await page.getByRole('heading', { name: 'GET /demo/fail' }).waitFor();
    await page.getByText('about to fail').first().waitFor();
    await page.getByText('a request failed').click();
    await page.getByText('TypeError: the ledger has no such account at handler').waitFor();
    await page.getByRole('link', { name: 'Route GET /demo/fail' }).click();
    await page.getByText('src/handlers/demo/fail.ts', { exact: true }).waitFor();
    await page.goto(`${server.url}/_control/routes?id=POST%20/payments/:id/capture`);
    await page.getByLabel('Type of Body').waitFor();
    expect(await page.getByLabel('Type of Body').textContent()).toContain('amount: number');
    await page.close();
  });

  test('the trace of a request is one tree with the run that it enqueued, which leads back', async () => {
    const page = await open('traces?path=/payments/p1');
    await page.getByRole('link', { name: '/payments/p1/capture' }).first().click();
    const spans = page.getByRole('list', { name: 'Spans' });
    await spans.getByText('process capturePayment').click();
    expect(await spans.locator('.name').allTextContents()).toEqual([
      'POST /payments/:id/capture',
      'handler',
      'ledger.reserve',
      'send capturePayment',
      'process capturePayment',
    ]);
    await spans.getByRole('link').click();
    await page.getByRole('heading', { name: 'Run of capturePayment' }).waitFor();
    await page.getByRole('link', { name: 'POST /payments/p1/capture' }).click();
    await page.getByRole('heading', { name: 'POST /payments/p1/capture', level: 1 }).waitFor();
    await page.close();
  });

  test('filters and the time range are in the URL, and stay on the way to other pages', async () => {
    const page = await open('traces');
    await page.getByLabel('Status').selectOption('5xx');
    await page.getByLabel('Time range').selectOption('1h');
    await eventually(async () => expect(await page.locator('tbody tr').count()).toBe(2));
    expect(new URL(page.url()).search).toBe('?status=5xx&range=1h');
    await page.getByRole('link', { name: 'Metrics' }).click();
    await page.getByRole('region', { name: 'Metrics by route and version' }).waitFor();
    expect(new URL(page.url()).search).toBe('?range=1h');
    await page.close();
  });

  test('the keyboard alone leads to a page, a trace, its spans and a route', async () => {
    const page = await open('');
    const focusOn = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        const text = await page.evaluate<string>("document.activeElement?.textContent ?? ''");
        if (text.trim().startsWith(name)) return;
      }
      throw new Error(`Tab does not reach ${name}`);
    };
    await focusOn('Skip');
    await focusOn('Traces');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: '/demo/fail' }).first().waitFor();
    await focusOn('/demo/fail');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'GET /demo/fail' }).waitFor();
    await focusOn('GET /demo/fail');
    await page.keyboard.press('Enter');
    await page.getByText('http.response.status_code').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Go to' }).waitFor();
    await page.keyboard.type('capture');
    await page.getByRole('option', { name: 'POST /payments/:id/capture' }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'POST /payments/:id/capture' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog').isVisible()).resolves.toBe(false);
    await page.close();
  });

  test('an error shows its code, and a page continues when the server responds again', async () => {
    const page = await open('traces?status=banana');
    await page.getByText('invalid_parameter').waitFor();
    await page.goto(`${server.url}/_control/traces/${'0'.repeat(32)}`);
    await page.getByText('The store does not have this trace').waitFor();
    await page.goto(`${server.url}/_control/nowhere`);
    await page.getByText('The panel has no such page').waitFor();
    await page.route('**/api/overview**', (route) => route.abort());
    await page.goto(`${server.url}/_control/`);
    await page.getByText('Offline').waitFor();
    await page.unroute('**/api/overview**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Busiest routes').waitFor();
    await page.close();
  });

  test('an effect runs now after the code of the terminal, and its job has its payload', async () => {
    const page = await open('effects');
    await page.getByRole('button', { name: 'Run now: capturePayment' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run now' });
    await dialog.getByLabel('Payload').fill('{"id": 5}');
    await dialog.getByRole('button', { name: 'Run now' }).click();
    const [, code] = await server.waitForOutput(/Panel: .*code (\d{6})/);
    await page.getByRole('dialog', { name: 'Enter the code' }).getByLabel('Code').fill(code!);
    await page.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('does not match the effect').waitFor();
    await dialog.getByLabel('Payload').fill('{"id": "by-hand"}');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'capturePayment' }).waitFor();
    await page.getByText('"by-hand"').waitFor();
    await page.getByText('completed').first().waitFor();
    await page.getByRole('button', { name: 'Edit and rerun' }).click();
    await page.getByRole('dialog', { name: 'Edit and rerun' }).waitFor();
    await page.keyboard.press('Escape');
    await page.close();
  });

  test('a part of the topology leads to its code and its traces, by the keyboard too', async () => {
    const page = await open('topology');
    await page.locator('.topology g', { hasText: 'GET /demo/fail' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('src/handlers/demo/fail.ts').waitFor();
    expect(new URL(page.url()).searchParams.get('node')).toBe('handler:GET /demo/fail');
    await page.getByRole('main').getByRole('link', { name: 'Traces' }).click();
    await page.getByRole('link', { name: '/demo/fail' }).first().waitFor();
    await page.close();
  });

  test('a rejected request shows the rule that it broke, and a curl that works', async () => {
    await send('/demo/echo', { text: 7 });
    const page = await open('traces?status=400');
    await page.getByRole('link', { name: '/demo/echo' }).first().click();
    const section = page.getByRole('region', { name: 'Why it was rejected' });
    await section.getByText('/text').waitFor();
    const command = await section.getByLabel('curl').textContent();
    const body = JSON.parse(/--data-raw '(.*)'$/.exec(command!)![1]!) as unknown;
    await send('/demo/echo', body);
    await page.goto(`${server.url}/_control/traces?status=200&path=echo`);
    await page.getByRole('link', { name: '/demo/echo' }).first().waitFor();
    await page.close();
  });

  test('axe finds nothing serious on any page, in both themes and on a phone', async () => {
    const found: string[] = [];
    const contexts: BrowserContextOptions[] = [
      { colorScheme: 'light' },
      { colorScheme: 'dark', viewport: { width: 375, height: 740 }, reducedMotion: 'reduce' },
    ];
    const walk = async (options: BrowserContextOptions): Promise<void> => {
      const context = await openContext(options);
      const page = await context.newPage();
      for (const [index, subpath] of [...PAGES, 'routes?id=POST%20/demo/echo'].entries()) {
        await page.goto(`${server.url}/_control/${subpath}`);
        await page.locator('h1').waitFor();
        await page.locator('table, .errors, .log-list, .shape, .empty').first().waitFor();
        for (const violation of await findViolations(page))
          found.push(`${options.colorScheme} ${subpath}: ${violation}`);
        const width = await page.evaluate<number>('document.documentElement.scrollWidth');
        const wide = page.viewportSize()!.width;
        if (width > wide) found.push(`${options.colorScheme} ${subpath}: ${width} px wide`);
        if (index < TITLES.length) expect(await page.title()).toBe(`${TITLES[index]} · Panel`);
      }
      await context.close();
    };
    await Promise.all(contexts.map(walk));
    expect(found).toEqual([]);
  });

  test('only the visible ones of 100,000 log lines are in the document', async () => {
    const page = await shared.newPage();
    const time = Date.now();
    const line = { time, level: 'info', message: 'one of many', pid: 1, fields: {} };
    const event = `data: ${JSON.stringify({ lines: Array.from({ length: 10_000 }, () => line) })}\n\n`;
    let isSent = false;
    await page.route('**/api/logs/tail**', (route) => {
      const body = isSent ? '' : event.repeat(10);
      isSent = true;
      return route.fulfill({ contentType: 'text/event-stream', body });
    });
    await page.goto(`${server.url}/_control/logs`);
    await page.getByText('100,000 lines').waitFor();
    expect(await page.locator('.log-list .line').count()).toBeLessThan(200);
    await page.close();
  });

  test('GHSA-2w8w-qhg4-f78j and GHSA-8f25-w7qj-r7hc: hostile text in telemetry stays text', async () => {
    for (const text of HOSTILE) {
      await send('/demo/echo', { text });
      await send(`/payments/${encodeURIComponent(text)}/capture?${encodeURIComponent(text)}`, {
        amount: 1,
      });
    }
    const page = await open('logs');
    await page.getByText('{{constructor').first().waitFor();
    await page.getByText('{{constructor').first().click();
    for (const subpath of PAGES) {
      await page.goto(`${server.url}/_control/${subpath}`);
      await page.locator('h1').waitFor();
      await page.locator('table, .errors, .log-list, .empty').first().waitFor();
      expect(await page.locator('main img, main script, a[href^="javascript:"]').count()).toBe(0);
    }
    await page.close();
  });

  test('no page breaks its policy, opens a dialog or throws', () => expect(faults).toEqual([]));
});
