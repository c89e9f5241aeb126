import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { browserMissing, openBrowser, openPage } from '@gati/test-kit/browser';
import { editFile } from '@gati/test-kit/files';
import { stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { type ServerProcess, startDevServer } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';

if (browserMissing) console.warn(`browser tests are skipped: ${browserMissing}`);

describe.skipIf(browserMissing)('playground/vue in a browser', () => {
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
    fs.rmSync(app, { recursive: true, force: true });
  });

  const says = (page: Awaited<ReturnType<typeof openPage>>['page'], text: string): Promise<true> =>
    until(
      `the page says ${text}`,
      async () => (await page.textContent('#answer'))?.includes(text) ?? false,
    );
  /** The client asks again when its input changes. */
  const ask = async (
    page: Awaited<ReturnType<typeof openPage>>['page'],
    text: string,
  ): Promise<void> => {
    await page.fill('input', '');
    await page.fill('input', text);
  };

  test('the page calls the typed client', async () => {
    const { page, errors } = await openPage(browser, server.url);
    await says(page, '4 words, the longest is "service"');
    await page.fill('input', ' ');
    await says(page, 'There are no words in this text.');
    expect(errors).toEqual([]);
    await page.close();
  });

  test('an edit of a handler shows without a restart of the server or a reload of the page', async () => {
    const { page, loads } = await openPage(browser, server.url);
    await says(page, '4 words');
    const loaded = loads();
    const before = fs.readFileSync(handler(), 'utf8');
    editFile(handler(), (text) =>
      text.replace('There are no words in this text.', 'Nothing to count.'),
    );
    await until('the edit shows', async () => {
      await ask(page, ' ');
      return (await page.textContent('#answer'))?.includes('Nothing to count.');
    });
    expect(loads()).toBe(loaded);
    expect(server.stdout).not.toMatch(/restart/i);
    editFile(handler(), () => before);
    await page.close();
  });

  test.each([
    { kind: 'a syntax error', broken: (text: string): string => text.replace('=> {', '=> {{{') },
    {
      kind: 'a type error',
      broken: (text: string): string => text.replace('req.body.text.split', 'req.body.txt.split'),
    },
  ])('$kind shows in the overlay and goes when it is fixed', async ({ broken }) => {
    const { page } = await openPage(browser, server.url);
    await says(page, '4 words');
    const before = fs.readFileSync(handler(), 'utf8');
    editFile(handler(), broken);
    const overlay = page.locator('vite-error-overlay');
    await overlay.waitFor({ state: 'attached' });
    expect(await overlay.evaluate((element) => element.shadowRoot?.textContent)).toContain(
      'words.ts',
    );
    editFile(handler(), () => before);
    await overlay.waitFor({ state: 'detached' });
    await until('the page works again', async () => {
      await ask(page, 'one two three');
      return (await page.textContent('#answer'))?.includes('3 words');
    });
    await page.close();
  });
});
