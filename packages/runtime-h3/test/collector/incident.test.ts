import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { browserMissing, openBrowser } from '@gati/test-kit/browser';
import { expect, test } from 'vitest';
import { runTelemetryCommand } from '../../src/collector/command/main.ts';
import { readerOf } from '../../src/collector/command/reader.ts';
import { printIncident } from '../../src/collector/incident/print-incident.ts';
import { openTelemetryStore } from '../../src/collector/store/open-store.ts';
import { createOutput } from '../../src/command/output.ts';
import type { Trace } from '../../src/types/telemetry-source.ts';
import { DAY, log, request, span } from './records.ts';

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  '</style></pre><script src="http://127.0.0.1:9/x.js"></script>',
  '\u001b]8;;javascript:alert(5)\u0007link',
  '\u202Egpj.exe',
];

function hostileTrace(): Trace {
  const root = request({ path: HOSTILE[0]!, status: 500 });
  const { traceId } = root;
  const text = HOSTILE.join(' ');
  const body = { type: text, size: 3, text };
  return {
    traceId,
    requests: [root],
    runs: [],
    spans: [span({ traceId, parentId: root.spanId, name: text, error: text })],
    logs: [
      log({ traceId, message: `${text} AKIA${'IOSFODNN7EXAMPLE'}`, fields: { [text]: text } }),
    ],
    captures: [
      {
        kind: 'request',
        traceId,
        spanId: root.spanId,
        time: DAY,
        us: 1,
        version: '1.0.0',
        pid: 1,
        method: text,
        route: text,
        status: 500,
        target: text,
        request: { headers: [[text, text]], body },
        response: { headers: [], body },
      },
    ],
  };
}

const TABLES = HOSTILE.map((text) => ({
  title: text,
  note: text,
  columns: [text],
  rows: Array.from({ length: 60 }, () => [`${text} AKIA${'IOSFODNN7EXAMPLE'}`]),
}));

test('an incident file has no markup of others, no secrets and at most 2 MB', () => {
  const html = printIncident({ trace: hostileTrace(), tables: TABLES, createdAt: DAY });
  expect(html).toContain('And 10 more rows.');
  expect(html).not.toMatch(/<(?:img|script)/);
  expect(html).not.toContain('IOSFODNN7');
  expect(html).not.toContain('\u001b');
  expect(html).not.toContain('\u202e');
  const trace = hostileTrace();
  trace.logs = Array.from({ length: 1000 }, () => log({ message: '<'.repeat(5000) }));
  expect(Buffer.byteLength(printIncident({ trace, createdAt: DAY }))).toBeLessThan(2 * 1024 ** 2);
});

test.each([300, 2000])('hides a secret that the limit of %i characters would cut', (limit) => {
  const html = (before: number): string => {
    const text = `${' '.repeat(before)}AKIA${'IOSFODNN7EXAMPLE'}${' '.repeat(2000)}end`;
    const trace = { ...hostileTrace(), logs: [log({ message: text })] };
    const tables = [{ title: 'a', note: 'b', columns: ['c'], rows: [[text]] }];
    return printIncident({ trace, tables, createdAt: DAY });
  };
  for (let before = limit - 60; before <= limit; before++) {
    const file = html(before);
    expect(file).not.toContain('AKIA');
    expect(file).not.toContain('end<');
  }
});

test.skipIf(browserMissing)('an incident file opens by file:// without a request', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'incident-')), 'incident.html');
  writeFileSync(file, printIncident({ trace: hostileTrace(), tables: TABLES, createdAt: DAY }));
  const browser = await openBrowser();
  const page = await browser.newPage();
  const seen: string[] = [];
  page.on('request', (each) => seen.push(each.url()));
  page.on('console', (line) => seen.push(line.text()));
  page.on('dialog', (dialog) => void dialog.dismiss().then(() => seen.push('dialog')));
  const url = pathToFileURL(file).href;
  await page.goto(url);
  expect(await page.locator('h1').textContent()).toContain('onerror');
  expect(await page.locator('rect').count()).toBe(2);
  expect(seen).toEqual([url]);
  await browser.close();
});

test('vite-plugin-lit 0.6.1: an incident file replaces no other file', async () => {
  const store = openTelemetryStore('memory:', { now: () => DAY });
  const root = request();
  store.write({ requests: [root], spans: [], logs: [] });
  const file = join(mkdtempSync(join(tmpdir(), 'incident-')), 'incident.html');
  const output = { ...createOutput(true), document: () => {} };
  const write = (): Promise<number> =>
    runTelemetryCommand('trace', [root.traceId, `--incident=${file}`], {
      open: () => ({ ...readerOf(store), close: () => {} }),
      token: undefined,
      output,
    });
  expect(await write()).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(file, 'mine');
  expect(await write()).toBe(2);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  store.close();
});
