import { createStyle } from '@gati/runtime-h3/command';
import type { Manifest } from '@gati/contract';
import { expect, test } from 'vitest';
import { type BuildSummary, printSummary } from '../../src/build/summary.ts';

const route = (id: string, file: string): Manifest['contract']['routes'][number] => {
  const [method, path] = id.split(' ') as [string, string];
  const responses = { 200: { contentType: 'application/json' }, 404: {} };
  return { id, method, path, file, domain: 'root', name: [], responses } as never;
};

const SUMMARY = {
  manifest: {
    name: 'shop',
    release: { version: '2.0.0', id: 'rel_0123456789abcdef', since: '1.4.0', bump: 'major' },
    contract: {
      routes: [route('GET /orders/:id', 'src/handlers/orders/get.ts')],
      effects: [{ name: 'mail', file: 'src/effects/mail.ts' }],
    },
    changes: [
      { level: 'minor', route: 'GET /orders/:id', path: 'query/page', message: 'is new' },
      { level: 'major', route: 'POST /orders', path: '', message: 'the route is gone' },
    ],
  } as never,
  base: '/api',
  took: 3210,
  parts: {
    app: 4100,
    packages: ['stripe', 'zod', 'pg', 'jose', 'ms'].map((name, index) => ({
      name,
      folder: name,
      bytes: 1_200_000 / (index + 1),
    })),
    gati: 530_000,
    gatiChunks: 84,
  },
  kept: { names: ['sharp'], bytes: 17_300_000 },
  sdk: { file: 'sdk/shop-2.0.0.tgz', bytes: 36_800 },
  folder: 'dist',
  bundled: ['1.4.0'],
  notes: ['requests without a version get 300'],
} satisfies BuildSummary;

test('the summary of a build names routes, sizes, the version with its reasons, and how to run it', () => {
  expect(`${printSummary(SUMMARY, createStyle(false)).join('\n')}\n`).toBe(`
  shop 2.0.0 rel_0123456789abcdef built in 3.2 s

  METHOD  PATH             RESPONDS  FILE
  GET     /api/orders/:id  200 404   src/handlers/orders/get.ts

  EFFECT  FILE
  mail    src/effects/mail.ts

  SERVER             SIZE
  your code        4.1 kB
  packages         2.7 MB  stripe 1.2 MB, zod 600.0 kB, pg 400.0 kB, 2 more
  kept packages   17.3 MB  sharp
  Gati           530.0 kB  84 chunks, most loaded when needed
  SDK             36.8 kB  sdk/shop-2.0.0.tgz

  major since 1.4.0
  LEVEL  ROUTE            PLACE       CHANGE
  major  POST /orders                 the route is gone
  minor  GET /orders/:id  query/page  is new

  requests without a version get 300

  bundles  1.4.0
  run      node dist/server/index.mjs
  image    docker build dist
`);
});

test('major changes are red on a terminal', () => {
  const lines = printSummary(SUMMARY, createStyle(true));
  expect(lines.find((line) => line.includes('the route is gone'))).toContain('\u001b[31mmajor');
});

test('a long list of routes is cut, and says how many are missing', () => {
  const routes = Array.from({ length: 60 }, (_, index) =>
    route(`GET /r${index}`, 'src/handlers/r.ts'),
  );
  const manifest = {
    ...(SUMMARY.manifest as Manifest),
    contract: { routes, effects: [] },
  } as never;
  const lines = printSummary({ ...SUMMARY, manifest }, createStyle(false));
  expect(lines).toContain('  and 20 more, see gati routes');
  expect(lines.filter((line) => line.includes('/api/r'))).toHaveLength(40);
});
