import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { browserMissing, openBrowser } from '@gati/test-kit/browser';
import {
  addAuthenticator,
  createAccount,
  findViolations,
  openPanelContext,
} from '@gati/test-kit/panel';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { type ServerProcess, startBuiltServer } from '@gati/test-kit/servers';
import { totpCode } from '../../packages/devtools/test/helpers/totp.ts';

/** Folder for screenshots, if somebody wants to look at the pages. */
const shots = process.env['PANEL_SHOTS'];

/** Pages that are checked also when nobody wants pictures. */
const CHECKED = new Set(['setup', 'log-in', 'totp', 'step-up', 'access-full']);

/** Idle connections of the browser need not end by themselves. */
const ENV = { ...process.env, GATI_PANEL: 'on', GATI_WORKERS: '1', GATI_DRAIN: '200' };

describe.skipIf(browserMissing)('the panel of a built server in a browser', () => {
  let app: string;
  let browser: Browser;
  let server: ServerProcess;
  let context: BrowserContext;
  let page: Page;
  let secret = '';
  let codes: string[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    app = copyApp('templates/minimal');
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    await runOrThrow(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: app });
    server = await startBuiltServer(app, ENV);
    browser = await openBrowser();
    context = await openContext();
    page = await context.newPage();
    await addAuthenticator(page);
  });
  afterAll(async () => {
    await browser?.close();
    await stopProcesses();
  });

  async function openContext(): Promise<BrowserContext> {
    const opened = await openPanelContext(browser, faults);
    opened.setDefaultTimeout(10_000);
    return opened;
  }

  const printed = async (): Promise<{ url: string; setup?: string }> => {
    const [line] = await server.waitForOutput(/^\{"level":"info","msg":"panel".*\}$/m);
    return JSON.parse(line!) as { url: string; setup?: string };
  };
  const button = (name: string, of = page) => of.getByRole('button', { name, exact: true });
  const heading = (name: string, of = page): Promise<void> =>
    of.getByRole('heading', { name, exact: true }).waitFor();
  /** The pages, which only people with a session see. */
  const pages = (of = page): Promise<void> =>
    of.getByRole('link', { name: 'Overview', exact: true }).waitFor();
  const logOut = async (): Promise<void> => {
    await button('Log out').click();
    await heading('Log in to the panel');
  };

  /** Checks the page in both themes, and keeps pictures of it if they are wanted. */
  async function look(name: string): Promise<void> {
    if (!shots && !CHECKED.has(name)) return;
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished))');
      const found = await findViolations(page);
      expect({ name, colorScheme, found }).toEqual({ name, colorScheme, found: [] });
      if (shots)
        await page.screenshot({ path: `${shots}/${name}-${colorScheme}.png`, fullPage: true });
    }
    if (shots) {
      await page.setViewportSize({ width: 375, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
      await page.screenshot({ path: `${shots}/${name}-phone.png`, fullPage: true });
      await page.setViewportSize({ width: 1280, height: 800 });
    }
  }

  test('the link of the first start leads to a passkey, recovery codes and the pages', async () => {
    const { url, setup } = await printed();
    expect(url).toBe(`http://localhost:${new URL(server.url).port}/_control/`);
    await page.goto(setup!);
    await heading('Set up the panel');
    expect(page.url()).toBe(url);
    await look('setup');
    await page.getByLabel('Your name').fill('Ada');
    await button('Create a passkey').click();
    await heading('Keep your recovery codes');
    codes = await page.locator('.recovery-codes code').allTextContents();
    expect(codes).toHaveLength(10);
    await look('recovery-codes');
    await button('I have kept them').click();
    await pages();
    await page.goto(setup!);
    await heading('This link is not valid');
    await look('used-link');
    await button('Log in').click();
    await pages();
  });

  test('a passkey logs in again', async () => {
    await logOut();
    await look('log-in');
    await button('Log in with a passkey').click();
    await pages();
  });

  test('an authenticator app is added after a proof of identity, and logs in', async () => {
    await page.getByRole('link', { name: 'Access' }).click();
    await heading('Passkeys');
    await button('Set up').click();
    await button('Show the key').click();
    const text = await page.locator('.totp-key code').textContent();
    secret = text!.replaceAll(' ', '');
    await look('totp');
    await page.getByLabel('Code of the app').fill(totpCode(secret, Date.now() - 30_000));
    await page.getByRole('dialog').getByRole('button', { name: 'Set up' }).click();
    await page.getByText('set up', { exact: true }).waitFor();
    await look('access');
    await logOut();
    await button('Use an authenticator app').click();
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Code of the authenticator app').fill('000000');
    await button('Log in').click();
    await page.getByRole('alert').waitFor();
    await look('wrong-code');
    await page.getByLabel('Code of the authenticator app').fill(totpCode(secret, Date.now()));
    await button('Log in').click();
    await pages();
  });

  test('a recovery code logs in once', async () => {
    await logOut();
    await button('Use a recovery code').click();
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Recovery code').fill(codes[0]!);
    await button('Log in').click();
    await pages();
    await page.getByRole('link', { name: 'Access' }).click();
    await page.getByText('9 of 10 left').waitFor();
  });

  test('an invited viewer joins in another browser, and sees no actions of owners', async () => {
    await button('Invite').click();
    // As after five minutes.
    await page.route(
      '**/api/access/invites/create',
      (route) =>
        route.fulfill({
          status: 403,
          contentType: 'application/problem+json',
          body: '{"code":"step_up_required"}',
        }),
      { times: 1 },
    );
    await button('Make the link').click();
    await heading('Confirm that it is you');
    await look('step-up');
    await page.getByRole('dialog').last().getByRole('button', { name: 'Use a passkey' }).click();
    const link = await page.locator('code.secret').textContent();
    await look('invite');
    await button('Done').click();
    const other = await openContext();
    const visitor = await other.newPage();
    await createAccount(visitor, link!, 'Vera');
    await visitor.getByRole('link', { name: 'Access' }).click();
    await heading('Tokens', visitor);
    expect(await visitor.getByRole('heading', { name: 'People' }).count()).toBe(0);
    await page.reload();
    await button('Remove Vera').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await button('Remove Vera').waitFor({ state: 'detached' });
    await visitor.reload();
    await heading('Log in to the panel', visitor);
    await other.close();
  });

  test('a token reads the API, and the audit log has what happened', async () => {
    await button('Make a token').click();
    await page.getByLabel('What it is for').fill('CI');
    await button('Make the token').click();
    const token = await page.locator('code.secret').textContent();
    await look('token');
    await button('Done').click();
    await page.getByText(`${token!.slice(0, 9)}…`).waitFor();
    const { port } = new URL(server.url);
    const read = (authorization: string): Promise<Response> =>
      fetch(`http://localhost:${port}/_control/api/overview`, { headers: { authorization } });
    expect((await read(`Bearer ${token}`)).status).toBe(200);
    expect((await read(`Bearer ${token}x`)).status).toBe(401);
    await page.reload();
    await page.getByText('access.create-token').waitFor();
    await look('access-full');
    for (const action of ['access.join', 'access.log-in', 'access.invite', 'access.remove-person'])
      expect(await page.getByText(action, { exact: true }).count()).toBeGreaterThan(0);
  });

  test('CVE-2026-44985: a page of another port of localhost can neither read nor act', async () => {
    const { createServer } = await import('node:http');
    const foreign = createServer((_req, res) =>
      res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>x</title>'),
    );
    await new Promise<void>((resolve) => foreign.listen(0, 'localhost', resolve));
    const { port } = foreign.address() as { port: number };
    const evil = await context.newPage();
    await evil.goto(`http://localhost:${port}/`);
    const target = `http://localhost:${new URL(server.url).port}/_control/api/`;
    const results = await evil.evaluate(
      `Promise.all([
        fetch(${JSON.stringify(`${target}access/account`)}, { credentials: 'include' }).then((r) => r.text(), () => 'blocked'),
        fetch(${JSON.stringify(`${target}access/log-out`)}, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).then((r) => r.type, () => 'blocked'),
        new Promise((resolve) => { const ws = new WebSocket(${JSON.stringify(`${target.replace('http', 'ws')}logs/tail`)}); ws.onopen = () => resolve('open'); ws.onerror = () => resolve('blocked'); }),
      ])`,
    );
    expect(results).toEqual(['blocked', 'blocked', 'blocked']);
    await evil.close();
    foreign.close();
    await page.reload();
    await heading('Access');
  });

  test('a restart keeps the session, and prints no link any more', async () => {
    const { port } = new URL(server.url);
    await server.stop();
    server = await startBuiltServer(app, { ...ENV, PORT: port });
    expect(Object.keys(await printed())).toEqual(['level', 'msg', 'url']);
    await page.reload();
    await heading('Access');
  });

  test('`panel link` makes a link for somebody who has lost everything', async () => {
    const { stdout } = await runOrThrow(
      process.execPath,
      [path.join(app, 'dist/server/index.mjs'), 'panel', 'link', '--json'],
      { cwd: app, env: process.env },
    );
    const { url } = JSON.parse(stdout) as { url: string };
    const other = await openContext();
    const visitor = await other.newPage();
    await visitor.goto(url);
    await heading('Set up the panel', visitor);
    await other.close();
  });

  test('no page breaks its policy or throws', () => expect(faults).toEqual([]));
});
