import type { Diagnostic } from '@gati/contract';
import { expect, test } from 'vitest';
import type { Analyzer } from '../../src/analyze/analyzer.ts';
import { createFileSnapshots } from '../../src/dev/file-snapshots.ts';
import { createRouteLoader } from '../../src/dev/load-route.ts';
import type { RouteFile } from '../../src/scan/types.ts';

const route = (id: string, middleware: string[]): RouteFile => ({
  id,
  method: 'GET',
  path: id.slice('GET '.length),
  file: `src/handlers${id.slice('GET '.length)}.ts`,
  name: ['a'],
  line: 1,
  exports: { values: ['handler'], types: [] },
  handler: 'handler',
  domain: 'app',
  guards: [],
  middleware,
});

/** A loader whose code and analysis end when the test says so. */
function start() {
  const reported = new Map<string, Diagnostic[]>();
  const fail = new Map<string, (error: Error) => void>();
  const failing = (name: string): Promise<never> =>
    new Promise((_, reject) => fail.set(name, reject));
  const loader = createRouteLoader({
    root: '/app',
    code: {
      load: failing,
      loadPackage: () => Promise.reject(new Error('not called')),
      invalidate: () => Promise.resolve(new Set()),
      invalidateAll: () => Promise.resolve(new Set()),
    },
    analyzer: () => Promise.resolve({ route: () => failing('analysis') } as unknown as Analyzer),
    reporter: {
      set: (source, diagnostics) => void reported.set(source, diagnostics),
      delete: (source) => void reported.delete(source),
      current: () => [...reported.values()].flat(),
      close: () => undefined,
    },
    snapshots: createFileSnapshots(),
  });
  return { loader, reported, fail };
}

test('reports no error of a middleware that was removed while it loaded', async () => {
  const { loader, reported, fail } = start();
  const broken = 'src/handlers/_middleware.ts';
  const before = route('GET /a', [broken]);
  loader.keep([before]);
  const load = loader.load(before).catch(() => 'failed');
  loader.keep([route('GET /a', [])]);
  fail.get(broken)!(new Error('Unexpected token'));
  expect(await load).toBe('failed');
  expect([...reported.keys()]).toEqual([]);
});

test('reports no error of a route that was removed while it was analysed', async () => {
  const { loader, reported, fail } = start();
  const removed = route('GET /a', []);
  loader.keep([removed]);
  const load = loader.load(removed).catch(() => 'failed');
  loader.keep([]);
  await Promise.resolve();
  fail.get('analysis')!(new Error('Unexpected token'));
  fail.get(removed.file)!(new Error('Unexpected token'));
  expect(await load).toBe('failed');
  expect([...reported.keys()]).toEqual([]);
});

test('reports the error of a file that a route still has', async () => {
  const { loader, reported, fail } = start();
  const broken = route('GET /a', ['src/handlers/_middleware.ts']);
  loader.keep([broken]);
  const load = loader.load(broken).catch(() => 'failed');
  fail.get('src/handlers/_middleware.ts')!(new Error('Unexpected token'));
  expect(await load).toBe('failed');
  expect([...reported.keys()]).toEqual(['code src/handlers/_middleware.ts']);
  loader.keep([route('GET /a', [])]);
  expect([...reported.keys()]).toEqual([]);
});
