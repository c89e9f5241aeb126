import { createServer } from 'node:http';
import { listen } from '@gati/test-kit/ports';
import { expect, test } from 'vitest';
import { bundle, context } from '../../helpers/bundle.ts';
import { createApp, onlyRelease } from '../../../src/app/index.ts';

async function* parts(): AsyncGenerator<string> {
  yield 'a';
}

test.each(['/plain', '/stream'])(
  'keeps headers that other middleware set before the response of %s',
  async (path) => {
    const set = (res: { headers: Headers }): void => {
      res.headers.append('set-cookie', 'a=1');
      res.headers.append('set-cookie', 'b=2');
      res.headers.append('vary', 'X-Tenant');
      res.headers.set('cache-control', 'no-store');
    };
    const release = bundle({
      'GET /plain': { handler: (_req, res) => (set(res), { ok: true }) },
      'GET /stream': { handler: (_req, res) => (set(res), parts()) },
    });
    const app = createApp({
      releases: () => onlyRelease(release),
      context: (of) => context(of, []),
      mode: 'development',
      logger: context(release, []).logger,
      cors: { origins: ['https://a.example'] },
    });
    const server = createServer((req, res) => {
      if (req.headers['x-early'] !== undefined) {
        res.setHeader('vary', 'Origin');
        res.setHeader('set-cookie', 'early=0');
        res.setHeader('cache-control', 'public');
        res.setHeader('x-early', 'yes');
      }
      app.handleNodeRequest(req, res);
    });
    const url = `http://127.0.0.1:${await listen(server)}${path}`;
    const late = await fetch(url, { headers: { origin: 'https://a.example' } });
    const early = await fetch(url, { headers: { 'x-early': '1', origin: 'https://a.example' } });
    const head = await fetch(url, { method: 'HEAD', headers: { 'x-early': '1' } });
    expect(late.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(early.status).toBe(200);
    for (const response of [early, head]) {
      expect(response.headers.getSetCookie()).toEqual(['early=0', 'a=1', 'b=2']);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('x-early')).toBe('yes');
    }
    const names = (response: Response): string[] =>
      [...new Set(response.headers.get('vary')?.split(', '))].sort();
    expect(names(late)).toContain('X-Tenant');
    expect(names(early)).toEqual([...new Set([...names(late), 'Origin'])].sort());
    await app.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
);
