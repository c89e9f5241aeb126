// `npm run screenshots -- [--docs]`: builds three releases of playground/payments, serves them,
// sends traffic, and takes pictures of each page of the panel, in both themes, on a desktop, a
// tablet and a phone. The pictures are in `.cache/screenshots`. `--docs` also writes those of the
// docs to `docs/images`.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { ensureChromium } from './lib/chromium.mjs';
import { createAccount } from './lib/panel-page.mjs';
import { releaseAll } from './lib/payments-releases.mjs';
import {
  buildPackages,
  ensureInstalled,
  fail,
  needNode,
  root,
  say,
  start,
  step,
} from './lib/steps.mjs';

const forDocs = process.argv.includes('--docs');
const target = path.join(root, '.cache/screenshots');
const images = path.join(root, 'docs/images');
/** Pages that the docs show. */
const IN_DOCS = ['overview', 'topology', 'trace', 'logs', 'metrics', 'effects'];
/** Bytes of a picture in the docs. */
const MAX_BYTES = 60 * 1024;
const SIZES = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 1024, height: 768 },
  phone: { width: 390, height: 844 },
};
const IN_DOCS_SIZE = { width: 1280, height: 800 };
/** Height of a picture at most; a longer page is cut. */
const MAX_HEIGHT = 2000;
/** Versions that clients of the traffic request. */
const ASKED = ['2.0.0', '2.0.0', '1.1.0', '1.0.0', '^1'];

needNode();
await ensureInstalled();
const executablePath = ensureChromium() ?? fail('There is no Chromium. Set CHROME_PATH.');
await buildPackages();
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-screenshots-'));
const app = copyApp();
const releases = path.join(data, 'releases');
await step('build three releases of playground/payments', () => releaseAll(app, releases));
const server = await serve();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await (await browser.newContext()).newPage();
  await createAccount(page, server.setup, 'Ada');
  await step('send traffic', sendTraffic);
  await step('take pictures', () => takeAll(page));
} finally {
  await browser.close();
  server.process.kill();
  fs.rmSync(data, { recursive: true, force: true });
}
say(`The pictures are in ${path.relative(process.cwd(), target)}.`);

/** Copies the app beside its data, with the packages of this repository. */
function copyApp() {
  const copy = path.join(data, 'app');
  const generated = new Set(['node_modules', 'dist', 'sdk', '.gati']);
  fs.cpSync(path.join(root, 'playground/payments'), copy, {
    recursive: true,
    filter: (from) => !generated.has(path.basename(from)),
  });
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'dir');
  return copy;
}

async function serve() {
  const sqlite = (name) => `sqlite:${path.join(data, `${name}.db`)}`;
  const child = start(process.execPath, ['dist/server/index.mjs'], {
    cwd: app,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      GATI_WORKERS: '2',
      GATI_LOG_LEVEL: 'debug',
      GATI_TELEMETRY: sqlite('telemetry'),
      GATI_EFFECTS: sqlite('effects'),
      GATI_DATABASE: sqlite('data'),
      GATI_RELEASES: releases,
      OTEL_TRACES_SAMPLER: 'always_on',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const found = {};
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('The server did not start within 60 s.')),
      60_000,
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const { msg, url, setup } = JSON.parse(line);
      if (msg === 'listening') found.url = url.replace(/\/$/, '');
      if (msg === 'panel') found.setup = setup;
      if (!found.url || !found.setup) return;
      clearTimeout(timer);
      resolve({ ...found, process: child });
    });
  });
}

/** Sends requests of all kinds for some time, so that charts have more than one bar. */
async function sendTraffic() {
  const send = async (method, target, body, headers = {}) => {
    const response = await fetch(server.url + target, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
  };
  const two = { 'x-api-version': '2.0.0' };
  for (let round = 0; round < 20; round++) {
    for (let n = 0; n < 4 + (round % 5); n++)
      await send(
        'POST',
        `/payments/p${round}${n}/capture`,
        { amount: 50 + n * 1000 },
        { 'x-api-version': ASKED[(round + n) % ASKED.length] },
      );
    await send('GET', `/payments/p${round}0/events`, undefined, two);
    await send('GET', `/payments/p${round}`, undefined, { 'x-api-version': '^1.1' });
    if (round % 3 === 0) await send('POST', `/payments/p${round}/capture`, { amount: 10_001 }, two);
    if (round % 4 === 0) await send('POST', `/payments/p${round}/capture`, { amount: 'much' }, two);
    if (round % 5 === 0)
      await send('POST', `/payments/p${round}0/refund`, { reason: 'damaged' }, two);
    if (round % 7 === 0) await send('GET', '/payment/p1');
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

async function takeAll(page) {
  fs.rmSync(target, { recursive: true, force: true });
  fs.mkdirSync(target, { recursive: true });
  const base = new URL('/_control/', server.setup).href;
  const links = await page
    .locator('nav a')
    .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  const names = links.map((href) => [
    href.replace(/^\/_control\//, '').split('?')[0] || 'overview',
    href,
  ]);
  await page.goto(`${base}traces?method=POST&route=/payments/:id/capture&status=202&version=2.0.0`);
  const trace = await page.locator('table.traces a[href*="/traces/"]').first().getAttribute('href');
  await page.goto(`${base}effects?state=dead`);
  await settle(page);
  const jobs = page.locator('.jobs a[href*="/effects/"]');
  const job = (await jobs.count()) > 0 ? await jobs.first().getAttribute('href') : undefined;
  const all = [
    ...names,
    ['trace', trace],
    ...(job ? [['job', job]] : []),
    ['release', `${base}releases/1.1.0`],
    ['reference', `${base}routes?id=POST+/payments/:id/capture`],
    ['request', `${base}playground?id=POST+/payments/:id/capture`],
    ['traps', `${base}traces/traps`],
    ['compared', `${base}metrics?before=1.1.0&after=2.0.0`],
  ];
  for (const [name, href] of all)
    for (const colorScheme of ['light', 'dark'])
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize(viewport);
        await page.goto(new URL(href, base).href);
        await settle(page);
        const height = await page.evaluate('document.documentElement.scrollHeight');
        await page.setViewportSize({
          ...viewport,
          height: Math.min(Math.max(height, viewport.height), MAX_HEIGHT),
        });
        await page.screenshot({ path: path.join(target, `${name}-${colorScheme}-${size}.png`) });
      }
  if (forDocs) await takeForDocs(page, all, base);
}

/** Waits until a page has its data. Pages have open streams, so the network is never idle. */
async function settle(page) {
  await page.locator('main h1').waitFor();
  await page.locator('main p.state').first().waitFor({ state: 'detached' });
  await page.evaluate('document.fonts.ready');
  // Charts are drawn after their chunk is loaded.
  await new Promise((resolve) => setTimeout(resolve, 300));
}

/** Takes the pictures of the docs, as WebP: those of Playwright are larger. */
async function takeForDocs(page, pages, base) {
  fs.mkdirSync(images, { recursive: true });
  const session = await page.context().newCDPSession(page);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize(IN_DOCS_SIZE);
  for (const [name, href] of pages.filter(([each]) => IN_DOCS.includes(each))) {
    await page.goto(new URL(href, base).href);
    await settle(page);
    const picture = await takeSmall(session);
    if (!picture) throw new Error(`The picture of ${name} has more than ${MAX_BYTES} bytes.`);
    fs.writeFileSync(path.join(images, `panel-${name}.webp`), picture);
  }
}

/** Takes a picture with the best quality that fits. */
async function takeSmall(session) {
  for (const quality of [80, 60, 40]) {
    const options = { format: 'webp', quality };
    const { data: text } = await session.send('Page.captureScreenshot', options);
    const picture = Buffer.from(text, 'base64');
    if (picture.length <= MAX_BYTES) return picture;
  }
  return undefined;
}
