import fs from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { temporaryFolder } from './temporary-folder.ts';

export const executablePath: string | undefined = [
  process.env['CHROME_PATH'],
  '/usr/bin/chromium',
].find((file) => file && fs.existsSync(file));

/** Why there are no browser tests here, or `false`. */
export const noBrowser: string | false =
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

export interface Opened {
  browser: Browser;
  close(): Promise<void>;
}

export async function openBrowser(): Promise<Opened> {
  const home = temporaryFolder('chromium');
  const browser = await chromium.launch({
    executablePath: executablePath!,
    args: FLAGS,
    env: { ...process.env, HOME: home } as Record<string, string>,
  });
  return {
    browser,
    close: () => browser.close(),
  };
}

/** A page that remembers whether it was ever reloaded, and its own errors. */
export async function openPage(
  browser: Browser,
  url: string,
): Promise<{ page: Page; loads(): number; errors: string[] }> {
  const page = await browser.newPage();
  let loads = 0;
  const errors: string[] = [];
  page.on('domcontentloaded', () => loads++);
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  return { page, loads: () => loads, errors };
}
