import { createRequire } from 'node:module';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

export { addAuthenticator, createAccount } from '../../scripts/lib/panel-page.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

// The code of a page is text: tests are compiled without the types of browsers.
const LOG_POLICY =
  "addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => console.error('policy: ' + effectiveDirective + ' ' + blockedURI))";
const RUN_AXE =
  "axe.run().then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))";

/**
 * Opens a context whose pages have axe.
 *
 * @param faults gets the violations of the policy, the dialogs and the uncaught errors of its pages
 */
export async function openPanelContext(
  browser: Browser,
  faults: string[],
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  await context.addInitScript({ path: axe });
  await context.addInitScript(LOG_POLICY);
  context.on('page', (page) => {
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (line) => line.text().startsWith('policy') && faults.push(line.text()));
    page.on('dialog', (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  });
  return context;
}

/** Serious violations of accessibility rules in a page of {@link openPanelContext}. */
export const findViolations = (page: Page): Promise<string[]> => page.evaluate<string[]>(RUN_AXE);
