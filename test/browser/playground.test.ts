import fs from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { browserMissing, openBrowser } from '@gati/test-kit/browser';
import { findViolations, openPanelContext } from '@gati/test-kit/panel';
import { stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { type ServerProcess, startDevServer } from '@gati/test-kit/servers';
import { eventually } from '@gati/test-kit/wait';

/** Milliseconds that one step in the browser may take. */
const STEP = 10_000;

const ORDER = `export const route = 'POST /demo/orders/:id';
export type Params = { id: string };
export type Query = { limit?: number };
export type Body = {
  amount: number;
  currency: 'EUR' | 'USD';
  method: { kind: 'card'; number: string } | { kind: 'bank'; iban: string };
  items: { sku: string; count: number }[];
  password?: string;
};
export const handler: Handler<typeof route> = (req, res) => {
  res.headers.append('set-cookie', 'sid=from-the-app; Path=/');
  return { id: req.params.id, body: req.body, query: req.query, cookie: req.headers.cookie ?? '' };
};
`;
const UPLOAD = `export const route = 'POST /demo/files';
export type Body = { title: string; picture: File };
export const handler: Handler<typeof route> = (req) =>
  ({ title: req.body.title, name: req.body.picture.name, size: req.body.picture.size });
`;
const CHAT = `export const route = 'WS /demo/chat/:room';
export type Receive = { text: string };
export type Send = { room: string; text: string };
export const socket: Socket<typeof route> = {
  message(peer, message) {
    peer.send({ room: peer.params.room, text: message.text });
  },
};
`;

describe.skipIf(browserMissing)('the playground of gati dev in a browser', () => {
  let browser: Browser;
  let server: ServerProcess;
  let context: BrowserContext;
  let page: Page;
  let app: string;
  /** Violations of the policy and errors in all pages. */
  const faults: string[] = [];

  beforeAll(async () => {
    app = copyApp('playground/payments');
    const demo = path.join(app, 'src/handlers/demo');
    fs.mkdirSync(demo, { recursive: true });
    fs.writeFileSync(path.join(demo, 'order.ts'), ORDER);
    fs.writeFileSync(path.join(demo, 'upload.ts'), UPLOAD);
    fs.writeFileSync(path.join(demo, 'chat.ts'), CHAT);
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    const env = { ...process.env, CLERK_TOKEN: 'clerk-canary' };
    server = await startDevServer(app, env, [process.execPath, vite]);
    browser = await openBrowser();
    const permissions = ['clipboard-read', 'clipboard-write'];
    context = await openPanelContext(browser, faults, { permissions });
    context.setDefaultTimeout(STEP);
    page = await context.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await stopProcesses();
  });

  const open = async (id: string): Promise<void> => {
    await page.goto(`${server.url}/_control/playground?id=${encodeURIComponent(id)}`);
    await page.getByRole('region', { name: 'Authentication' }).waitFor();
  };
  const send = () => page.getByRole('button', { name: /^Send( again)?$/ }).click();
  const parameter = (name: string) =>
    page.getByRole('region', { name: 'Parameters' }).getByLabel(name);
  const body = () => page.getByLabel('Body of the response');
  const shown = async (text: string | RegExp) => {
    await eventually(async () => expect(await body().textContent()).toMatch(text));
  };
  const file = (name: string): string => path.join(app, '.gati/playground', name);
  const expectAccessible = async (): Promise<void> =>
    expect(await findViolations(page)).toEqual([]);

  test('a route opens with an example, and a request shows its response and its trace', async () => {
    await page.goto(`${server.url}/_control/playground`);
    await page.getByLabel('Search routes and requests').fill('capture');
    await page.getByRole('link', { name: '/payments/:id/capture' }).click();
    await page.getByLabel('amount').fill('50');
    await page.keyboard.press('Control+Enter');
    const [, code] = await server.waitForOutput(/Panel: .*code (\d{6})/);
    await page.getByRole('dialog', { name: 'Enter the code' }).getByLabel('Code').fill(code!);
    await page.getByRole('button', { name: 'Continue' }).click();
    await shown('"state": "capturing"');
    await page.getByText('Fits the contract.').waitFor();
    await expectAccessible();
    await page.getByRole('link', { name: 'Trace', exact: true }).click();
    await page.getByRole('heading', { name: 'POST /payments/text/capture', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Open in playground' }).click();
    await eventually(async () => expect(await parameter('id').inputValue()).toBe('text'));
    // The payload was captured.
    await eventually(async () => expect(await page.getByLabel('amount').inputValue()).toBe('50'));
  });

  test('form and JSON are one value, and nothing is lost between them', async () => {
    await open('POST /demo/orders/:id');
    await page.getByLabel('amount').fill('many');
    await page.getByLabel('currency').selectOption('USD');
    await page.getByLabel('method').selectOption('kind: bank');
    await page.getByLabel('iban').fill('DE00');
    await page.getByRole('button', { name: 'Add to items' }).click();
    await page.getByText('must be a number').waitFor();
    await page.getByRole('button', { name: 'JSON' }).click();
    const text = page.getByRole('textbox', { name: 'Body' });
    const write = async (next: string): Promise<void> => {
      await text.press('Control+a');
      await page.keyboard.insertText(next);
    };
    const value = JSON.parse(await text.innerText()) as Record<string, unknown>;
    expect(value).toMatchObject({
      amount: 'many',
      currency: 'USD',
      method: { kind: 'bank', iban: 'DE00' },
    });
    expect(value['items']).toHaveLength(2);
    await write('{\n  "amount": 1,,\n}');
    await page.getByText('Line 2, column 15').waitFor();
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    expect(await text.innerText()).toBe('{\n  "amount": 1,,\n}');
    // An error response is a result too.
    await send();
    await page.getByText('400').first().waitFor();
    await write(JSON.stringify({ ...value, amount: 7 }));
    await eventually(async () => expect(await page.getByLabel('amount').inputValue()).toBe('7'));
    await send();
    await shown('"amount": 7');
  });

  test('the editor of JSON proposes what the schema allows, and the keyboard leaves it', async () => {
    await open('POST /demo/orders/:id');
    await page.getByRole('button', { name: 'JSON' }).click();
    const text = page.getByRole('textbox', { name: 'Body' });
    await text.press('Control+a');
    await page.keyboard.insertText('{ "amount": 1, }');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('"cu');
    await page.getByRole('option', { name: '"currency"' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+ ');
    await page.getByRole('option', { name: '"USD"' }).waitFor();
    await expectAccessible();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually(async () =>
      expect(await text.innerText()).toBe('{ "amount": 1, "currency": "USD"}'),
    );
    await page.getByText(/outside the contract/).waitFor();
    await page.keyboard.press('Tab');
    const inside = "document.activeElement?.matches('.code-editor') ?? false";
    await eventually(async () => expect(await page.evaluate(inside)).toBe(false));
  });

  test('cookies of a response are sent again, and a value is captured into a variable', async () => {
    await open('POST /demo/orders/:id');
    await send();
    await shown('"cookie": ""');
    await page.getByText('Cookies of earlier responses are sent: sid').waitFor();
    await send();
    await shown('sid=from-the-app');
    await page.getByLabel('Filter by path or text').fill('body.method.number');
    await page.getByRole('button', { name: 'Capture', exact: true }).click();
    await page.getByRole('dialog', { name: 'Capture' }).getByLabel('Variable').fill('card');
    await page.keyboard.press('Enter');
    await parameter('id').fill('{{card}}-{{none}}');
    await send();
    await page.getByText('A variable has no value: none').waitFor();
    await page.getByRole('button', { name: 'Send anyway' }).click();
    await page.getByLabel('Filter by path or text').fill('');
    await shown('"id": "text-{{none}}"');
    await page.getByRole('tab', { name: 'Difference' }).click();
    await page.locator('.reply .added', { hasText: '"id"' }).waitFor();
  });

  test('a request without and with the credentials of its guard', async () => {
    await open('POST /payments/:id/refund');
    await send();
    await page.getByText('401').first().waitFor();
    await page.getByLabel('Bearer token').fill('clerk-canary');
    await send();
    await shown('the clerk');
    await page.getByRole('button', { name: 'Copy as cURL' }).click();
    const command = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(command).toContain(`-H 'authorization: Bearer clerk-canary'`);
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('button', { name: /refund.*200/ }).waitFor();
    expect(await page.evaluate<string>('JSON.stringify(localStorage)')).not.toContain('canary');
  });

  test('a file is sent in a form', async () => {
    await open('POST /demo/files');
    await page.getByLabel('picture').setInputFiles({
      name: 'dot.png',
      mimeType: 'image/png',
      buffer: Buffer.from('12345'),
    });
    await send();
    await shown('"name": "dot.png"');
    await shown('"size": 5');
  });

  test('events appear as they stream, and sending again ends the stream before', async () => {
    await open('GET /payments/:id/events');
    await send();
    const log = page.getByRole('log', { name: 'Events' });
    await log.getByText('"reserved"').waitFor();
    await page.getByRole('button', { name: 'Send again' }).click();
    await log.getByText('"captured"').waitFor();
    expect(await log.getByText('"reserved"').count()).toBe(1);
    await page.getByText('All events fit the contract.').waitFor();
    await page.getByLabel('Filter the list').fill('capturing');
    await page.getByText('1 of 3').waitFor();
  });

  test('a socket sends typed messages, shows both directions and closes with a code', async () => {
    await open('WS /demo/chat/:room');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByLabel('text', { exact: false }).last().waitFor();
    await page.getByRole('region', { name: 'Message' }).getByLabel('text').fill('hello');
    await page.getByRole('button', { name: 'Send the message' }).click();
    const log = page.getByRole('log', { name: 'Events' });
    await log.getByText('"room":"text"').waitFor();
    await expectAccessible();
    await page.getByLabel('Close code').fill('4000');
    await page.getByRole('button', { name: 'Close the socket' }).click();
    await log.getByText('4000').waitFor();
  });

  test('a saved request is a file without secrets, and edits of the file are seen', async () => {
    await open('POST /demo/orders/:id');
    await page.getByLabel('password').fill('canary');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog', { name: 'Save' }).getByLabel('Name').fill('An order');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'An order' }).waitFor();
    const text = fs.readFileSync(file('an-order.yaml'), 'utf8');
    expect(text).toContain('request: POST /demo/orders/:id');
    expect(text).toContain('password: "{{password}}"');
    // The value is still in the tab.
    await send();
    await shown('"password": "canary"');
    fs.writeFileSync(file('an-order.yaml'), `# Mine\n${text.replace('An order', 'My order')}`);
    await page.getByRole('tab', { name: 'Saved' }).click();
    await page.getByRole('link', { name: 'My order' }).waitFor();
    await page.getByRole('button', { name: 'Save again' }).click();
    await page.getByRole('dialog', { name: 'Save' }).getByRole('button', { name: 'Save' }).click();
    await eventually(async () => expect(await page.getByRole('dialog').count()).toBe(0));
    expect(fs.readFileSync(file('an-order.yaml'), 'utf8')).toMatch(/^# Mine\nname: My order/);
  });

  test('an environment is a file with the values of variables', async () => {
    await open('GET /payments/:id/events');
    await page.getByRole('button', { name: 'Variables' }).click();
    const dialog = page.getByRole('dialog', { name: 'Variables' });
    await dialog.getByRole('button', { name: 'Add an environment' }).click();
    await dialog.getByLabel('Name of the environment').fill('local');
    await dialog.getByLabel('Variables of local').fill('payment=p9');
    await expectAccessible();
    await dialog.getByRole('button', { name: 'Save' }).click();
    // The dialog has a field whose label contains the word too.
    await page.getByLabel('Environment', { exact: true }).selectOption('local');
    await parameter('id').fill('{{payment}}');
    await page.getByLabel('Address').getByText('/payments/p9/events').waitFor();
    expect(fs.readFileSync(file('environments.yaml'), 'utf8')).toContain('payment: p9');
  });

  test('the keyboard alone leads from the palette to a response', async () => {
    await page.goto(`${server.url}/_control/`);
    await page.locator('h1').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('capture');
    await page.getByRole('option', { name: 'open in playground' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Authentication' }).waitFor();
    await page.getByLabel('amount').focus();
    await page.keyboard.press('Control+Enter');
    await shown('"state": "capturing"');
  });

  test('the page fits a phone and a zoom of 200 %, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [390, 640]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await open('POST /demo/orders/:id');
        const overflow = 'document.documentElement.scrollWidth - innerWidth';
        expect(await page.evaluate<number>(overflow)).toBe(0);
        await expectAccessible();
      }
  });

  test('no page broke its content security policy or threw', () => expect(faults).toEqual([]));
});
