import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { browserMissing, openBrowser, openPage } from '@gati/test-kit/browser';
import { editFile } from '@gati/test-kit/files';
import { stopProcesses, runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { startBuiltServer, type ServerProcess, startDevServer } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';

describe.skipIf(browserMissing)('playground/payments in a browser', () => {
  let browser: Browser;
  let app: string;
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');

  beforeAll(async () => {
    app = copyApp('playground/payments');
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stopProcesses();
    fs.rmSync(app, { recursive: true, force: true });
  });

  const capture = async (
    server: ServerProcess,
    amount: string,
    answer: string,
    events: string[],
  ): Promise<void> => {
    const { page, errors } = await openPage(browser, server.url);
    await page.fill('#amount', amount);
    await page.click('button');
    await until(
      `the page says ${answer}`,
      async () => (await page.textContent('#answer')) === answer,
    );
    await until(
      'all events',
      async () => (await page.locator('#events li').count()) === events.length,
    );
    expect(await page.locator('#events li').allTextContents()).toEqual(events);
    expect(errors).toEqual([]);
    await page.close();
  };
  const works = async (server: ServerProcess): Promise<void> => {
    await capture(server, '50', '202 capturing', ['reserved', 'capturing', 'captured']);
    await capture(server, '10001', '409 ReservationFailed', []);
  };

  test('a page calls the client and follows an event stream, in dev', async () => {
    const server = await startDevServer(app, process.env, [process.execPath, vite]);
    await works(server);
    const handler = path.join(app, 'src/handlers/payments/events.ts');
    editFile(handler, (text) =>
      text.replace("['reserved', 'capturing', 'captured'] as const", "['captured'] as const"),
    );
    await until('an edit of the stream', async () =>
      (await (await fetch(`${server.url}/payments/p1/events`)).text()).startsWith(
        'data: {"id":"p1","state":"captured"}',
      ),
    );
    await capture(server, '50', '202 capturing', ['captured']);
    expect(server.stdout).not.toMatch(/restart/i);
    fs.copyFileSync(
      path.join(root, 'playground/payments/src/handlers/payments/events.ts'),
      handler,
    );
    await server.stop();
  });

  test('the same from the build', async () => {
    await runOrThrow(process.execPath, [vite, 'build'], { cwd: app });
    const server = await startBuiltServer(app, process.env);
    await works(server);
  });
});
