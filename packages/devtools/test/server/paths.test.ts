import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PanelServer, startPanel } from '../helpers/panel-server.ts';

let panel: PanelServer;
beforeAll(async () => {
  panel = await startPanel(undefined);
});
afterAll(() => panel.close());

describe('CVE-2024-23657 and CVE-2025-4123: no path leads out of the folder of the panel', () => {
  test.each([
    '/_control/assets/../../secret.js',
    '/_control/assets/..%2f..%2fsecret.js',
    '/_control/assets/%2e%2e/%2e%2e/secret.js',
    '/_control/assets/%252e%252e%252fsecret.js',
    '/_control/assets/..%5c..%5csecret.js',
    '/_control/assets/..\\..\\secret.js',
    '/_control/assets//etc/passwd',
    '/_control/assets//evil.test/x.js',
    '/_control/assets/link.js',
    '/_control/assets/main-1a2b.js%00.css',
    '/_control/assets/main-1a2b.js/',
    '/_control/assets/;/main-1a2b.js',
    '/_control/assets/file:/etc/passwd',
    '/_control/assets/.digest',
    '/_control/assets/',
    '/_control/../secret.js',
    '/_control//evil.test',
    '/_control/%2e%2e/secret.js',
    '/_control/api/../assets/main-1a2b.js',
    '/_control/api/traces/..%2f..%2flogs',
  ])('responds 404 to %s', async (path) => {
    const { status, text } = await panel.get(path);
    expect(status).toBe(404);
    expect(text).not.toContain('secret');
    expect(text).not.toContain('root:');
  });

  test('CVE-2025-30208: a query never changes which file is served', async () => {
    for (const query of ['?raw??', '?import&raw??', '?url', '?/../../secret.js'])
      expect((await panel.get(`/_control/assets/main-1a2b.js${query}`)).text).toBe('export {};');
  });
});

test('/_control leads to /_control/, and never to another host', async () => {
  const { status, headers } = await panel.get('/_control?next=//evil.test');
  expect([status, headers['location']]).toEqual([308, '/_control/']);
});

test('leaves other paths to the server', async () => {
  for (const path of ['/', '/_controls', '/_control.js', '/api/_control/', '/_Control/'])
    expect((await panel.get(path)).status).toBe(418);
});

test('responds with the page to each of its addresses, also to those of the client', async () => {
  const statuses: Record<string, number> = {};
  for (const path of ['', 'traces', 'traces/0af7651916cd43dd8448eb211c80319c', 'routes', 'nowhere'])
    statuses[path] = (await panel.get(`/_control/${path}`)).status;
  expect(statuses).toEqual({
    '': 200,
    traces: 200,
    'traces/0af7651916cd43dd8448eb211c80319c': 200,
    routes: 200,
    nowhere: 404,
  });
});

test('every response forbids sniffing and other origins', async () => {
  for (const path of ['', 'assets/main-1a2b.js', 'assets/none.js', 'api/traces', 'api/none']) {
    const { headers } = await panel.get(`/_control/${path}`);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  }
});

test('the page may load its own files only, and its files may be cached permanently', async () => {
  const page = await panel.get('/_control/');
  expect(page.headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types vue; frame-ancestors 'self'",
  );
  expect(page.headers['cache-control']).toBe('no-cache');
  const file = await panel.get('/_control/assets/main-1a2b.js');
  expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(file.headers['content-type']).toBe('text/javascript; charset=utf-8');
});

test('in development, pages of the same server alone may show the panel in a frame', async () => {
  const policyOf = async (path: string): Promise<string> =>
    String((await panel.get(`/_control/${path}`)).headers['content-security-policy']);
  // The origin has a port, so that another port of localhost is not the same server.
  expect(await policyOf('')).toMatch(/; frame-ancestors 'self'$/);
  expect(await policyOf('api/traces')).toBe("default-src 'none'; frame-ancestors 'none'");
});

test('responds to HEAD like to GET, without a body', async () => {
  for (const path of ['', 'assets/main-1a2b.js', 'api/traces', 'api/none']) {
    const [get, head] = await Promise.all([
      panel.get(`/_control/${path}`),
      panel.get(`/_control/${path}`, { method: 'HEAD' }),
    ]);
    expect([head.status, head.headers['content-length'], head.text]).toEqual([
      get.status,
      get.headers['content-length'],
      '',
    ]);
  }
});
