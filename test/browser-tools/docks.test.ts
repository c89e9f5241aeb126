import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '@gati/test-kit/browser';
import { stopProcesses } from '@gati/test-kit/processes';
import { type ServerProcess, startDevServer } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';
import { copyAppWith, installOnce, type NotInstalled } from './helpers/install.ts';

/** Versions of the developer tools: those of the present, and a preview. */
const TOOLS = {
  vite: ['vite@8.4.0', '@vitejs/devtools@0.8.0'],
  vue8: [
    'vite@8.4.0',
    'vue@3.5.45',
    '@vitejs/plugin-vue@6',
    'vite-plugin-vue-devtools@8.2.1',
    '@vue/devtools-api@8.2.1',
  ],
  vue9: [
    'vite@8.4.0',
    'vue@3.5.45',
    '@vitejs/plugin-vue@6',
    'vite-plugin-vue-devtools@9.0.0-beta.0',
    '@vitejs/devtools@0.7.6',
    '@vue/devtools-api@8.2.1',
  ],
};
const [vite, vue8, vue9] = await Promise.all(Object.values(TOOLS).map(installOnce));

/** Says why a test is skipped. */
function isMissing(what: string, tools: string | NotInstalled | undefined): boolean {
  const reason = browserMissing || (typeof tools === 'object' && tools.reason);
  if (reason) console.warn(`SKIPPED, ${what}: ${reason}`);
  return Boolean(reason);
}

let browser: Browser;
/** Errors of all pages that no code has caught. */
const errors: string[] = [];

beforeAll(async () => {
  if (!browserMissing) browser = await openBrowser();
});
afterEach(stopProcesses);
afterAll(() => browser?.close());

const start = (app: string): Promise<ServerProcess> =>
  startDevServer(app, process.env, [
    process.execPath,
    path.join(app, 'node_modules/vite/bin/vite.js'),
  ]);

async function open(url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(20_000);
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(url);
  return page;
}

const frameAt = (page: Page, part: RegExp): Promise<Frame> =>
  until(`a frame at ${part}`, () => page.frames().find((frame) => part.test(frame.url())));

function edit(app: string, file: string, change: (text: string) => string): void {
  const at = path.join(app, file);
  fs.writeFileSync(at, change(fs.readFileSync(at, 'utf8')));
}

/** Without the code that Vite DevTools asks for: it is not what is tested. */
const useViteDevtools = (config: string): string =>
  config.replace(
    'defineConfig({',
    'defineConfig({ devtools: { enabled: true, clientAuth: false },',
  );

describe.skipIf(isMissing('Vite DevTools', vite))('Vite DevTools', () => {
  let app: string;

  beforeAll(() => {
    app = copyAppWith('playground/payments', vite as string);
    edit(app, 'vite.config.ts', useViteDevtools);
    fs.writeFileSync(
      path.join(app, 'src/handlers/echo.ts'),
      `export const route = 'WS /echo';
export type Receive = { text: string };
export type Send = { text: string };
export const socket: Socket<typeof route> = {
  message: (peer, message) => void peer.send({ text: message.text }),
};
`,
    );
  });

  test('each page of the panel is a dock, and all are in one frame', async () => {
    const server = await start(app);
    const page = await open(`${server.url}/__devtools/`);
    await page.getByRole('button', { name: 'Gati', exact: true }).click();
    const frame = await frameAt(page, /\/_control\/\?in=vite-devtools$/);
    await frame.locator('h1').waitFor();
    expect(await frame.locator('nav').isVisible()).toBe(false);
    const loaded = await frame.evaluate('performance.timeOrigin');

    await page.getByRole('button', { name: 'Routes', exact: true }).click();
    await frame.locator('h1', { hasText: 'Routes' }).waitFor();
    await page.getByRole('button', { name: 'Traces', exact: true }).click();
    await frame.locator('h1', { hasText: 'Traces' }).waitFor();
    expect(await frame.evaluate('performance.timeOrigin')).toBe(loaded);

    // The docks follow the panel too.
    await frame.evaluate('document.querySelector(\'nav a[href$="/logs"]\').click()');
    await page.locator('[aria-label="Logs"].bg-active').waitFor();
    await page.close();
    expect(errors.splice(0)).toEqual([]);
  });

  test('the code of Vite DevTools is enough to act, and the docks of other clients have no token', async () => {
    const own = copyAppWith('playground/payments', vite as string);
    edit(own, 'vite.config.ts', (text) =>
      text.replace('defineConfig({', 'defineConfig({ devtools: { enabled: true },'),
    );
    const server = await start(own);
    const page = await open(`${server.url}/__devtools/`);
    const received: string[] = [];
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => received.push(String(payload))),
    );
    await page.reload();
    await server.waitForOutput(/or open/);
    expect(await page.getByRole('button', { name: 'Gati', exact: true }).count()).toBe(0);
    const meta = await (await fetch(`${server.url}/__devtools/__connection.json`)).text();
    expect([meta, ...received].join('\n')).not.toContain('#token=');

    const [, link] = await server.waitForOutput(/or open\s+(http\S+)/);
    await page.goto(link!);
    const dock = page.getByRole('button', { name: 'Gati', exact: true });
    await dock.waitFor({ state: 'attached' });
    await page.goto('about:blank');
    await page.goto(`${server.url}/__devtools/`);
    await dock.click();
    const frame = await frameAt(page, /\/_control\/\?in=vite-devtools$/);
    await frame.locator('h1').waitFor();
    const status = await frame.evaluate(`fetch('/_control/api/access/status', {
      headers: { authorization: 'Bearer ' + sessionStorage.getItem('gati-panel-token') },
    }).then((response) => response.json())`);
    expect(status).toMatchObject({ canAct: true, actor: { kind: 'developer' } });
    await page.close();
    expect(errors.splice(0)).toEqual([]);
  });

  test('sockets of the app, of Vite and of Vite DevTools work beside each other', async () => {
    const server = await start(app);
    const page = await browser.newPage();
    const lines: string[] = [];
    page.on('console', (line) => lines.push(line.text()));
    await page.goto(server.url);
    await until('the socket of Vite is open', () => lines.includes('[vite] connected.'));
    const echoed = await page.evaluate(`new Promise((resolve, reject) => {
      const socket = new WebSocket(location.origin.replace('http', 'ws') + '/echo');
      socket.onopen = () => socket.send('{"text":"hi"}');
      socket.onmessage = ({ data }) => resolve(data);
      socket.onerror = reject;
    })`);
    expect(echoed).toBe('{"text":"hi"}');
    await page.close();
  });

  test('another server can not show the panel in a frame, also not on another port of localhost', async () => {
    const server = await start(app);
    const other = await start(copyAppWith('playground/payments', vite as string));
    const page = await open(other.url);
    const refused = page.waitForEvent('console', {
      predicate: (line) => /frame-ancestors/.test(line.text()),
    });
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('iframe'), { src: '${server.url}/_control/' }))`,
    );
    expect((await refused).text()).toContain("frame-ancestors 'self'");
    await page.close();
  });
});

/** Copies playground/vue with the developer tools, and uses the plugin in it. */
function copyVueApp(tools: string): string {
  const app = copyAppWith('playground/vue', tools);
  edit(app, 'vite.config.ts', (text) =>
    `import devtools from 'vite-plugin-vue-devtools';\n${text}`.replace(
      'vue(),',
      'vue(), devtools(),',
    ),
  );
  edit(app, 'src/main.ts', (text) =>
    `import gati from 'virtual:gati/devtools';\n${text}`.replace(
      'createApp(App)',
      'createApp(App).use(gati)',
    ),
  );
  return app;
}

/** Makes the page call the server twice: 200, then 422. */
async function callTwice(page: Page): Promise<void> {
  await page.getByText('4 words').waitFor();
  await page.fill('input', ' ');
  await page.getByText('There are no words').waitFor();
}

describe.skipIf(isMissing('Vue DevTools', vue8))('Vue DevTools', () => {
  test('shows the routes, the calls of the client, and the trace of the server', async () => {
    const server = await start(copyVueApp(vue8 as string));
    const page = await open(server.url);
    await callTwice(page);
    await page.keyboard.press('Shift+Alt+D');
    const frame = await frameAt(page, /__devtools__/);
    await frame.locator('a[href*="custom-inspector-tab-view/gati"]').click();
    await frame.getByText('POST /words').first().click();
    await frame.getByText('last calls').waitFor();
    await frame.getByText('422').first().waitFor();
    const text = (): Promise<string> =>
      frame.evaluate('document.body.innerText') as Promise<string>;
    await until('the trace id is shown', async () => {
      await frame.getByText('#2', { exact: true }).click();
      return /\/_control\/traces\/[\da-f]{32}/.test(await text());
    });
    const [url] = /http\S+\/_control\/traces\/[\da-f]{32}/.exec(await text())!;
    const id = url.slice(-32);
    const trace = await until('the server has the trace', async () => {
      const response = await fetch(`${server.url}/_control/api/traces/${id}`);
      return response.ok && ((await response.json()) as { requests: object[] });
    });
    expect(trace.requests).toMatchObject([{ traceId: id, route: '/words', status: 422 }]);
    await page.close();
    expect(errors.splice(0)).toEqual([]);
  });
});

describe.skipIf(isMissing('Vue DevTools 9', vue9))('Vue DevTools 9, a preview', () => {
  test('shows the routes and the calls, in a dock of Vite DevTools 0.7 beside the panel', async () => {
    const app = copyVueApp(vue9 as string);
    edit(app, 'vite.config.ts', useViteDevtools);
    const server = await start(app);
    const page = await open(server.url);
    await callTwice(page);
    await page.getByRole('button', { name: 'Gati', exact: true }).waitFor({ state: 'attached' });
    // The bar of docks is folded until a pointer is over it.
    await page.getByRole('button', { name: 'Vue DevTools' }).dispatchEvent('click');
    const frame = await frameAt(page, /__devtools__/);
    await frame.locator('a[href$="/inspectors/gati"]').click();
    await frame.getByText('422').first().waitFor();
    await frame.getByText('POST /words').first().click();
    await frame.getByText('last calls').waitFor();
    await page.close();
    expect(errors.splice(0)).toEqual([]);
  });
});
