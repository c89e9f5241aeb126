// Measures the panel: `npm run panel -- [--series 600] [--lines 100000] [--spans 10000] [--json]`.
// The first load on a cold cache with a CPU that is four times slower; frames while 100,000 log lines
// and a trace of 10,000 spans scroll; the pages of a month of metrics, from the store. Needs Chromium
// (CHROME_PATH or /usr/bin/chromium).
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createPanel } from '@gati/devtools/server';
import { openTelemetryStore } from '@gati/runtime-h3/collector';
import { chromium } from 'playwright-core';
import { median, percentile, report, round, until } from './lib/measure.mjs';
import { createFakeSource, writeMonth } from './lib/panel-data.mjs';

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '600' },
    lines: { type: 'string', default: '100000' },
    spans: { type: 'string', default: '10000' },
    json: { type: 'boolean' },
  },
});
const BUDGETS = { usable: 1000, frame: 50, month: 300 };
const now = Date.now();
const app = () => ({
  name: 'shop',
  version: '1.0.0',
  mode: 'development',
  base: '',
  routes: [],
  effects: [],
  modules: [],
  $defs: {},
});

async function serve(source) {
  const panel = createPanel({ source, app });
  const server = http.createServer((req, res) => panel.handle(req, res, req.url));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/_control/`,
    close() {
      panel.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

const rows = [];
const add = (what, measured, budget, unit = 'ms') =>
  rows.push({
    what,
    measured: `${round(measured, 1)} ${unit}`,
    budget: `${round(budget, 1)} ${unit}`,
    ok: measured <= budget,
  });

const executablePath = process.env.CHROME_PATH || '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-panel-bench-'));
try {
  await measureScrolling();
  await measureMonth();
} finally {
  await browser.close();
  fs.rmSync(folder, { recursive: true, force: true });
}
report('Panel', rows);
if (rows.some(({ ok }) => !ok)) process.exitCode = 1;

async function measureScrolling() {
  const server = await serve(
    createFakeSource({ now, lines: Number(values.lines), spans: Number(values.spans) }),
  );
  const loads = [];
  const cpuLoads = [];
  let bytes = 0;
  for (let round = 0; round < 5; round++) {
    // A new context has an empty cache.
    const context = await browser.newContext();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const cpuTime = await threadTime(session);
    const bodies = [];
    page.on('response', (response) => bodies.push(response.body().catch(() => Buffer.alloc(0))));
    await page.goto(server.url);
    await page.locator('main h1').waitFor();
    await page.locator('main .empty, main .summary').first().waitFor();
    loads.push(await page.evaluate(() => performance.now()));
    // The throttle keeps the thread busy, so this time contains it.
    cpuLoads.push(await cpuTime());
    const all = await Promise.all(bodies);
    bytes = all.reduce((sum, body) => sum + gzipSync(body).length, 0);
    await context.close();
  }
  add('first load, gzip', bytes / 1024, 100, 'KiB');
  add(
    'first load, usable, cold cache, CPU 4 times slower, median of 5',
    median(loads),
    BUDGETS.usable,
  );

  add('first load, CPU time of the page, slowed down', median(cpuLoads), BUDGETS.usable);

  const page = await browser.newPage();
  // A range that has ended, so that no new lines arrive.
  await page.goto(`${server.url}logs?from=${now - 800_000}&to=${now}`);
  await page.locator('.log-list').waitFor();
  const lineCount = () => page.locator('main .bar .quiet').textContent();
  for (let left = Number(values.lines) / 1000; left > 0; left--) {
    const older = page.getByRole('button', { name: 'Show older' });
    if ((await older.count()) === 0) break;
    const before = await lineCount();
    await older.click();
    await until(async () => (await lineCount()) !== before);
  }
  const count = await lineCount();
  addFrames(`scroll ${count}`, await scroll(page, '.log-list'));
  await page.goto(`${server.url}traces/${'b'.repeat(32)}`);
  await page.locator('.waterfall .tall').waitFor();
  addFrames(`scroll a trace of ${values.spans} spans`, await scroll(page, '.waterfall .tall'));
  await page.close();
  server.close();
}

/** Returns a function that reads the CPU time of the page's main thread in milliseconds. */
async function threadTime(session) {
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime').value * 1000;
  };
}

/**
 * Scrolls an element from its start to its end and back. Returns two numbers for each frame: the
 * milliseconds that passed, and the milliseconds of CPU time of the page's main thread. Other work
 * on the machine increases only the first number.
 */
async function scroll(page, selector) {
  const session = await page.context().newCDPSession(page);
  const cpuTime = await threadTime(session);
  const size = await page.evaluate((name) => document.querySelector(name).scrollHeight, selector);
  // Small steps, as of a wheel, then leaps over the whole list, as of a dragged thumb.
  const wheel = Array.from({ length: 100 }, (_, step) => step * 120);
  const thumb = Array.from({ length: 100 }, (_, step) => (size * step) / 100);
  const frames = [];
  for (const top of [...wheel, ...thumb, ...thumb.toReversed()]) {
    const before = await cpuTime();
    const passed = await page.evaluate(
      async ([name, to]) => {
        const start = performance.now();
        document.querySelector(name).scrollTop = to;
        // The first callback is before the frame is drawn, the second after it.
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const drawn = performance.now() - start;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        return drawn;
      },
      [selector, top],
    );
    frames.push({ passed, cpu: (await cpuTime()) - before });
  }
  await session.detach();
  return frames;
}

function addFrames(what, frames) {
  const longest = (key) => Math.max(...frames.map((frame) => frame[key]));
  add(`${what}: CPU time of the longest of ${frames.length} frames`, longest('cpu'), BUDGETS.frame);
  add(`${what}: longest frame`, longest('passed'), BUDGETS.frame);
  add(
    `${what}: p99`,
    percentile(
      frames.map(({ passed }) => passed),
      99,
    ),
    BUDGETS.frame,
  );
}

async function measureMonth() {
  const store = openTelemetryStore(`sqlite:${path.join(folder, 'month.db')}`);
  writeMonth(store, { now, series: Number(values.series) });
  const server = await serve(store);
  const range = `from=${now - 30 * 86_400_000}&to=${now}`;
  for (const name of ['overview', 'metrics', 'routes', 'errors', 'logs', 'logs/volume', 'traces']) {
    const times = [];
    const cpuTimes = [];
    for (let round = 0; round < 7; round++) {
      const start = performance.now();
      const cpu = process.cpuUsage();
      const response = await fetch(`${server.url}api/${name}?${range}`);
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${name}: ${response.status}`);
      times.push(performance.now() - start);
      const { user, system } = process.cpuUsage(cpu);
      cpuTimes.push((user + system) / 1000);
    }
    const what = `a month, ${values.series} series: ${name}, median of 7`;
    add(`${what}, CPU time`, median(cpuTimes), BUDGETS.month);
    add(what, median(times), BUDGETS.month);
  }
  for (const name of ['', 'metrics']) {
    const page = await browser.newPage();
    const start = performance.now();
    await page.goto(`${server.url}${name}?range=30d`);
    await page.locator('main .summary').first().waitFor();
    add(`a month in a browser: ${name || 'overview'}, cold cache`, performance.now() - start, 1000);
    await page.close();
  }
  server.close();
  store.close();
}
