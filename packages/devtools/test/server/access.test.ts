import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkLoopback } from '../../src/access/loopback.ts';
import { type PanelServer, startPanel } from '../helpers/panel-server.ts';

let panel: PanelServer;
beforeAll(async () => {
  panel = await startPanel(undefined, { hosts: ['shop.test'] });
});
afterAll(() => panel.close());

const codeOf = ({ text }: { text: string }): string => (JSON.parse(text) as { code: string }).code;

/** Paths of the panel: pages, files and every endpoint. */
const PATHS = [
  '/_control/',
  '/_control/traces',
  '/_control/assets/main-1a2b.js',
  ...['overview', 'routes', 'traces', 'logs', 'logs/volume', 'logs/tail', 'metrics', 'errors'].map(
    (name) => `/_control/api/${name}`,
  ),
];

describe('CVE-2026-71319 and GHSA-rq7w-g337-39qq: an open panel is read by this machine only', () => {
  const request = (remoteAddress: string | undefined, headers = {}): IncomingMessage =>
    ({
      method: 'GET',
      socket: { remoteAddress },
      headers: { host: 'localhost:5173', ...headers },
    }) as unknown as IncomingMessage;

  test.each(['192.168.1.7', '::ffff:10.0.0.1', 'fe80::1', '127.0.0.1.evil.test', '', undefined])(
    'responds 403 to the address %s, whatever the headers claim',
    (address) => {
      for (const headers of [
        {},
        { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '::1', forwarded: 'for=127.0.0.1' },
      ])
        expect(() => checkLoopback(request(address, headers), [])).toThrow(/this machine/);
    },
  );
  test.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])(
    'accepts the loopback address %s',
    (address) => expect(() => checkLoopback(request(address), [])).not.toThrow(),
  );

  const own = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address;
  test.skipIf(!own)(
    'responds 403 to a connection from another address of the machine (skipped: it has none)',
    async () => {
      const exposed = await startPanel(undefined, { host: own! });
      const response = await exposed.get('/_control/api/traces', {
        headers: { host: 'localhost', 'x-forwarded-for': '127.0.0.1' },
      });
      expect([response.status, codeOf(response)]).toEqual([403, 'not_loopback']);
      await exposed.close();
    },
  );
});

describe('CVE-2025-24010 and CVE-2026-112085: a foreign name that leads here reads nothing', () => {
  test.each([
    'evil.test',
    'localhost.evil.test',
    'localhost.',
    'evil.test:5173',
    'localhost@evil.test',
    '127.0.0.1.nip.io',
    '2130706433',
    'localhost:80:80',
  ])('responds 403 to the host %s on every path', async (host) => {
    for (const path of PATHS) {
      const response = await panel.get(path, { headers: { host } });
      expect({ path, status: response.status, code: codeOf(response) }).toEqual({
        path,
        status: 403,
        code: 'foreign_host',
      });
    }
  });

  test.each(['localhost', 'LOCALHOST:1', '127.0.0.1:5173', '[::1]:5173', 'shop.test:5173'])(
    'accepts the host %s',
    async (host) =>
      expect((await panel.get('/_control/api/traces', { headers: { host } })).status).toBe(200),
  );
});

describe('CVE-2026-44985 and CVE-2026-27977: another origin reads nothing, also of the same site', () => {
  const host = 'localhost:5173';
  test.each([
    'null',
    '',
    'file://',
    'http://localhost:5174',
    'http://localhost',
    'https://localhost:5173.',
    'http://localhost:5173.evil.test',
    'http://user@localhost:5173',
    'http://LOCALHOST:5173',
  ])('responds 403 to the origin %j', async (origin) => {
    for (const path of PATHS)
      expect((await panel.get(path, { headers: { host, origin } })).status).toBe(403);
  });

  test.each(['same-site', 'cross-site'])('responds 403 to a %s subresource', async (site) => {
    const headers = { host, 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' };
    for (const path of PATHS) expect((await panel.get(path, { headers })).status).toBe(403);
  });

  test('accepts a link from another site, and its own requests', async () => {
    const link = { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const own = {
      host,
      origin: `http://${host}`,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'cors',
    };
    expect((await panel.get('/_control/traces', { headers: link })).status).toBe(200);
    expect((await panel.get('/_control/api/traces', { headers: own })).status).toBe(200);
  });

  test('never sends a CORS header', async () => {
    for (const path of PATHS.filter((each) => !each.endsWith('tail'))) {
      const { headers } = await panel.get(path, { headers: { host, origin: `http://${host}` } });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

test('CVE-2024-22424: every path responds 405 to a method that could change something', async () => {
  for (const path of PATHS)
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await panel.get(path, { method });
      expect({ path, method, status, allow: headers['allow'] }).toEqual({
        path,
        method,
        status: 405,
        allow: 'GET, HEAD',
      });
    }
});
