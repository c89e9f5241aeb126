import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { browserMissing, openBrowser, openPage } from '@gati/test-kit/browser';
import { editFile } from '@gati/test-kit/files';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { type ServerProcess, startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { eventually, until } from '@gati/test-kit/wait';

describe.skipIf(browserMissing)('the page of playground/payments in a browser', () => {
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
  });

  /** Submits the form, and asserts the response and the events that the page shows. */
  const submit = async (
    server: ServerProcess,
    amount: string,
    expected: { response: string; events: string[] },
  ): Promise<void> => {
    const { page, errors } = await openPage(browser, server.url);
    await page.fill('#amount', amount);
    await page.click('button');
    await eventually(async () =>
      expect({
        response: await page.textContent('#answer'),
        events: await page.locator('#events li').allTextContents(),
      }).toEqual(expected),
    );
    expect(errors).toEqual([]);
    await page.close();
  };
  const expectToWork = async (server: ServerProcess): Promise<void> => {
    const events = ['reserved', 'capturing', 'captured'];
    await submit(server, '50', { response: '202 capturing', events });
    await submit(server, '10001', { response: '409 ReservationFailed', events: [] });
  };

  test('calls the client and follows an event stream in dev, also after an edit', async () => {
    const server = await startDevServer(app, process.env, [process.execPath, vite]);
    await expectToWork(server);
    const handler = path.join(app, 'src/handlers/payments/events.ts');
    editFile(handler, (text) =>
      text.replace("['reserved', 'capturing', 'captured'] as const", "['captured'] as const"),
    );
    await until('the edited stream is served', async () =>
      (await (await fetch(`${server.url}/payments/p1/events`)).text()).startsWith(
        'data: {"id":"p1","state":"captured"}',
      ),
    );
    await submit(server, '50', { response: '202 capturing', events: ['captured'] });
    expect(server.stdout).not.toMatch(/restart/i);
    fs.copyFileSync(
      path.join(root, 'playground/payments/src/handlers/payments/events.ts'),
      handler,
    );
    await server.stop();
  });

  test('calls the client and follows an event stream from the build', async () => {
    await runOrThrow(process.execPath, [vite, 'build'], { cwd: app });
    const server = await startBuiltServer(app, process.env);
    await expectToWork(server);
  });
});
