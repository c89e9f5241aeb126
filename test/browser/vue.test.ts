import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { browserMissing, openBrowser, openPage } from '@gati/test-kit/browser';
import { editFile } from '@gati/test-kit/files';
import { stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { type ServerProcess, startDevServer } from '@gati/test-kit/servers';
import { eventually } from '@gati/test-kit/wait';

if (browserMissing) console.warn(`The browser tests are skipped: ${browserMissing}`);

describe.skipIf(browserMissing)('the page of playground/vue in a browser', () => {
  let browser: Browser;
  let app: string;
  let server: ServerProcess;
  const handler = (): string => path.join(app, 'src/handlers/words.ts');

  beforeAll(async () => {
    app = copyApp('playground/vue');
    browser = await openBrowser();
    server = await startDevServer(app, process.env, [
      process.execPath,
      path.join(root, 'node_modules/vite/bin/vite.js'),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await stopProcesses();
  });

  const expectText = (page: Page, text: string): Promise<void> =>
    eventually(async () => expect(await page.textContent('#answer')).toContain(text));
  /** Types a text until the page shows `expected`. The page calls the API on each change. */
  const retypeUntil = (page: Page, text: string, expected: string): Promise<void> =>
    eventually(async () => {
      await page.fill('input', '');
      await page.fill('input', text);
      expect(await page.textContent('#answer')).toContain(expected);
    });

  test('calls the typed client', async () => {
    const { page, errors } = await openPage(browser, server.url);
    await expectText(page, '4 words, the longest is "service"');
    await page.fill('input', ' ');
    await expectText(page, 'There are no words in this text.');
    expect(errors).toEqual([]);
    await page.close();
  });

  test('shows an edit of a handler without a restart of the server or a reload', async () => {
    const { page, loads } = await openPage(browser, server.url);
    await expectText(page, '4 words');
    const loadsBefore = loads();
    const original = fs.readFileSync(handler(), 'utf8');
    editFile(handler(), (text) =>
      text.replace('There are no words in this text.', 'Nothing to count.'),
    );
    await retypeUntil(page, ' ', 'Nothing to count.');
    expect(loads()).toBe(loadsBefore);
    expect(server.stdout).not.toMatch(/restart/i);
    editFile(handler(), () => original);
    await page.close();
  });

  test.each([
    {
      kind: 'a syntax error',
      breakHandler: (text: string): string => text.replace('=> {', '=> {{{'),
    },
    {
      kind: 'a type error',
      breakHandler: (text: string): string =>
        text.replace('req.body.text.split', 'req.body.txt.split'),
    },
  ])(
    'shows $kind in the overlay, and removes the overlay after the fix',
    async ({ breakHandler }) => {
      const { page } = await openPage(browser, server.url);
      await expectText(page, '4 words');
      const original = fs.readFileSync(handler(), 'utf8');
      editFile(handler(), breakHandler);
      const overlay = page.locator('vite-error-overlay');
      await overlay.waitFor({ state: 'attached' });
      expect(await overlay.evaluate((element) => element.shadowRoot?.textContent)).toContain(
        'words.ts',
      );
      editFile(handler(), () => original);
      await overlay.waitFor({ state: 'detached' });
      await retypeUntil(page, 'one two three', '3 words');
      await page.close();
    },
  );
});
