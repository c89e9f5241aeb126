import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { openNative } from '@gati/runtime-h3/internal';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { browserMissing, openBrowser } from '@gati/test-kit/browser';
import { createAccount, openPanelContext } from '@gati/test-kit/panel';
import { stopProcesses } from '@gati/test-kit/processes';
import { call, type ServerProcess, startBuiltServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { eventually } from '@gati/test-kit/wait';
import { totpCode } from '../../packages/devtools/test/helpers/totp.ts';
import { releaseAll } from '../../scripts/lib/payments-releases.mjs';

describe.skipIf(browserMissing)('a person with the panel of a server with three releases', () => {
  let app: string;
  let browser: Browser;
  let server: ServerProcess;
  let page: Page;
  let codes: string[] = [];
  let secret = '';
  const faults: string[] = [];

  beforeAll(async () => {
    app = copyApp('playground/payments');
    const store = path.join(temporaryFolder('releases'), 'store');
    releaseAll(app, store);
    server = await startBuiltServer(app, {
      ...process.env,
      GATI_PANEL: 'on',
      GATI_WORKERS: '1',
      GATI_RELEASES: store,
      GATI_TELEMETRY: `sqlite:${path.join(app, '.gati/telemetry.db')}`,
    });
    browser = await openBrowser();
    page = await (await openPanelContext(browser, faults)).newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await stopProcesses();
  });

  const button = (name: string, of: Page | Locator = page): Locator =>
    of.getByRole('button', { name, exact: true });
  const dialog = (name: string): Locator => page.getByRole('dialog', { name });
  const goTo = async (title: string, of = page): Promise<void> => {
    await of.getByRole('link', { name: title, exact: true }).click();
    await of.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor();
  };
  const logOut = async (): Promise<void> => {
    await button('Log out').click();
    await page.getByRole('heading', { name: 'Log in to the panel' }).waitFor();
  };
  /**
   * Makes the last proof of identity of all sessions older than the five minutes of its validity.
   */
  const ageProofs = (): void => {
    const database = openNative(path.join(app, '.gati/access.db'), app);
    database.exec('PRAGMA busy_timeout = 3000');
    database.exec('UPDATE session SET proved = proved - 301000');
    database.close();
  };
  /** Status of a request that any release 2 may serve. */
  const statusOfTwo = async (): Promise<number> => {
    const request = { method: 'POST', body: { amount: 5 }, headers: { 'x-api-version': '^2' } };
    return (await call(`${server.url}/payments/p1/capture`, request)).status;
  };
  const auditLine = (action: string): Locator =>
    page.getByRole('row').filter({ has: page.getByText(action, { exact: true }) });

  test('creates a passkey with the link of the first start, and logs in with it', async () => {
    const [line] = await server.waitForOutput(/^\{"level":"info","msg":"panel".*\}$/m);
    const { setup } = JSON.parse(line!) as { setup: string };
    codes = await createAccount(page, setup, 'Ada');
    expect(codes).toHaveLength(10);
    await logOut();
    await button('Log in with a passkey').click();
    await page.getByRole('link', { name: 'Overview', exact: true }).waitFor();
  });

  test('sets up an authenticator app, and logs in with its code', async () => {
    await goTo('Access');
    await button('Set up').click();
    await button('Show the key').click();
    secret = (await page.locator('.totp-key code').textContent())!.replaceAll(' ', '');
    // The code of the step before is valid too, and leaves the current one for the login.
    await page.getByLabel('Code of the app').fill(totpCode(secret, Date.now() - 30_000));
    await button('Set up', page.getByRole('dialog')).click();
    await page.getByText('set up', { exact: true }).waitFor();
    await logOut();
    await button('Use an authenticator app').click();
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Code of the authenticator app').fill(totpCode(secret, Date.now()));
    await button('Log in').click();
    await page.getByRole('link', { name: 'Overview', exact: true }).waitFor();
  });

  test('rolls a release back after a new proof of identity, which the audit log has', async () => {
    await goTo('Releases');
    ageProofs();
    await button('Rollback to 1.1.0').click();
    const rollback = dialog('Rollback');
    await rollback.getByText('2.0.0 is withdrawn').waitFor();
    await rollback.getByRole('textbox').fill('the phase breaks a client');
    await button('Rollback to 1.1.0', rollback).click();
    const proof = dialog('Confirm that it is you');
    await proof.waitFor();
    expect(await statusOfTwo()).toBe(202);
    await button('Use a passkey', proof).click();
    await rollback.waitFor({ state: 'detached' });
    await page
      .getByRole('row', { name: /^2\.0\.0/ })
      .getByText('withdrawn')
      .waitFor();
    await eventually(async () => expect(await statusOfTwo()).toBe(406));
    await goTo('Access');
    const line = auditLine('releases.rollback').filter({ hasText: 'done' });
    await line.getByText('the phase breaks a client').waitFor();
    await line.getByText('Ada', { exact: true }).waitFor();
    // The attempt without the proof.
    await auditLine('releases.rollback').filter({ hasText: 'step_up_required' }).waitFor();
  });

  test('logs in with a recovery code, which is then used up', async () => {
    await logOut();
    await button('Use a recovery code').click();
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Recovery code').fill(codes[0]!);
    await button('Log in').click();
    await goTo('Access');
    await page.getByText('9 of 10 left').waitFor();
  });

  test('sends a request to a release of the store from the playground of a built server', async () => {
    await page.goto(
      `${page.url().split('/_control')[0]}/_control/playground?id=POST+/payments/:id/capture`,
    );
    const version = page.getByLabel('Version', { exact: true });
    // Several releases are live, so a request without a version would get 300.
    await eventually(async () => expect(await version.inputValue()).toBe('1.1.0'));
    const form = page.getByRole('region', { name: 'Body' });
    const currency = form.getByRole('combobox', { name: 'currency' });
    await page.getByLabel('Reason, for the audit log').fill('a test of the releases');
    for (const [wanted, hasCurrency, member] of [
      ['1.0.0', false, '"state"'],
      ['1.1.0', true, '"state"'],
      ['2.0.0', true, '"phase"'],
    ] as const) {
      await version.fill(wanted);
      await version.press('Enter');
      await form.getByLabel('amount').waitFor();
      await eventually(async () => expect(await currency.count()).toBe(hasCurrency ? 1 : 0));
      await page.getByRole('button', { name: /^Send( again)?$/ }).click();
      const body = page.getByLabel('Body of the response');
      await eventually(async () => expect(await body.textContent()).toContain(member));
    }
    await page.reload();
    await eventually(async () => expect(await version.inputValue()).toBe('2.0.0'));
    await version.fill('');
    await version.press('Enter');
    await page.getByText('the response to a request without a version is 300').waitFor();
    const versions = await page
      .locator('datalist option')
      .evaluateAll((all) => all.map((option) => (option as unknown as { value: string }).value));
    expect(versions).toEqual(expect.arrayContaining(['1.0.0', '1.1.0', '2.0.0']));
  });

  test('invites an operator, who acts on the app and not on people', async () => {
    await goTo('Access');
    await button('Invite').click();
    await page.getByRole('dialog').getByLabel('Role').selectOption('operator');
    await button('Make the link').click();
    const link = await page.locator('code.secret').textContent();
    await button('Done').click();
    const operator = await (await openPanelContext(browser, faults)).newPage();
    await createAccount(operator, link!, 'Otto');
    await goTo('Effects', operator);
    for (const verb of ['Pause', 'Resume']) {
      await button(`${verb}: capturePayment`, operator).click();
      const asked = operator.getByRole('dialog', { name: verb });
      if (verb === 'Pause') await asked.getByRole('textbox').fill('the bank rests');
      await button(`${verb} capturePayment`, asked).click();
      await asked.waitFor({ state: 'detached' });
    }
    await goTo('Releases', operator);
    await operator.getByRole('button', { name: /^Rollback/ }).waitFor();
    // The overview has the last lines of the audit log.
    await operator.getByRole('link', { name: 'Overview', exact: true }).click();
    const line = operator.getByRole('row').filter({ hasText: 'effects.pause' });
    await line.getByText('the bank rests').waitFor();
    await line.getByText('Otto', { exact: true }).waitFor();
    await goTo('Access', operator);
    await operator.getByRole('heading', { name: 'Tokens' }).waitFor();
    expect(await operator.getByRole('heading', { name: 'People' }).count()).toBe(0);
    expect(await operator.getByRole('button', { name: 'Invite' }).count()).toBe(0);
    await operator.context().close();
  });

  test('invites a viewer, who reads and can not act', async () => {
    await goTo('Access');
    await button('Invite').click();
    await button('Make the link').click();
    const link = await page.locator('code.secret').textContent();
    await button('Done').click();
    const visitor = await (await openPanelContext(browser, faults)).newPage();
    await createAccount(visitor, link!, 'Vera');
    await goTo('Releases', visitor);
    await visitor.getByRole('row', { name: /^2\.0\.0/ }).waitFor();
    expect(await visitor.getByRole('button', { name: /Rollback/ }).count()).toBe(0);
    const status = await visitor.evaluate<number>(
      `fetch('/_control/api/actions/releases.rollback', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-gati-panel': '1' },
        body: JSON.stringify({ input: { current: '1.1.0', target: '1.0.0' }, reason: 'no' }),
      }).then(({ status }) => status)`,
    );
    expect(status).toBe(403);
    await goTo('Playground', visitor);
    await visitor.getByText('/payments/:id/capture').click();
    await visitor.getByLabel('Version', { exact: true }).waitFor();
    expect(await visitor.getByRole('button', { name: 'Send', exact: true }).isEnabled()).toBe(
      false,
    );
    await goTo('Access', visitor);
    expect(await visitor.getByRole('heading', { name: 'Audit log' }).count()).toBe(0);
    await visitor.context().close();
    await page.reload();
    await auditLine('releases.rollback')
      .filter({ hasText: 'Vera' })
      .getByText(/refused/)
      .waitFor();
  });

  test('breaks no policy and meets no error', () => expect(faults).toEqual([]));
});
