import fs from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { temporaryFolder } from './temporary-folder.ts';

const executablePath = [process.env['CHROME_PATH'], '/usr/bin/chromium'].find(
  (file) => file && fs.existsSync(file),
);

/**
 * Why this machine cannot run browser tests, or `false` if it can.
 *
 * @example
 * test.skipIf(browserMissing)('shows the page', async () => {});
 */
export const browserMissing: string | false =
  executablePath === undefined && 'no Chromium: install one or set CHROME_PATH';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium with an empty profile. The caller closes it. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executablePath!,
    args: FLAGS,
    env: { ...process.env, HOME: temporaryFolder('chromium') } as Record<string, string>,
  });

/** A page, how often it was loaded, and its errors. */
export interface OpenedPage {
  page: Page;
  /** How often the page was loaded: 1, and 1 more for each reload. */
  loads(): number;
  /** Messages of the errors that the page did not catch. */
  errors: string[];
}

/**
 * Opens a URL in a new page.
 *
 * @example
 * const { page, loads, errors } = await openPage(browser, server.url);
 * await page.click('button');
 * expect({ loads: loads(), errors }).toEqual({ loads: 1, errors: [] });
 */
export async function openPage(browser: Browser, url: string): Promise<OpenedPage> {
  const page = await browser.newPage();
  let loads = 0;
  const errors: string[] = [];
  page.on('domcontentloaded', () => loads++);
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  return { page, loads: () => loads, errors };
}
