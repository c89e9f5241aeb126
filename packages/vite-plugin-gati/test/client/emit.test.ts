import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { assembleContract, type Contract } from '@gati/contract';
import { build } from 'esbuild';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { describe, expect, test } from 'vitest';
import { emitClient } from '../../src/emit/client/client.ts';
import { emitContext } from '../../src/emit/context.ts';
import { SCAN } from '../emit/helpers/typed-files.ts';
import { CONTRACT, route } from '../helpers/client-contract.ts';
import { json, useServer } from '../helpers/client-server.ts';

const runtime = fileURLToPath(new URL('../../src/client/index.ts', import.meta.url));
const folder = temporaryFolder('client');
const server = useServer();

/** Bundles and minifies a page that uses the client. */
async function bundle(contract: Contract, use: string): Promise<string> {
  fs.writeFileSync(
    path.join(folder, 'client.ts'),
    emitClient(contract, { version: '1.2.3', base: '/api', runtime }),
  );
  fs.writeFileSync(path.join(folder, 'page.ts'), use);
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'page.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    target: 'es2022',
    tsconfigRaw: {},
  });
  return outputFiles[0]!.text;
}

describe('the text of client.ts', () => {
  test('client.ts is the same for the same contract', () => {
    const shuffled = assembleContract({
      routes: CONTRACT.routes
        .toReversed()
        .map((contract) => ({ contract, $defs: structuredClone(CONTRACT.$defs) })),
    });
    expect(emitClient(shuffled, { version: '1.0.0' })).toBe(
      emitClient(CONTRACT, { version: '1.0.0' }),
    );
  });

  test('names of client.ts and of routes never clash with types of the app', () => {
    const text = emitClient(
      assembleContract({
        routes: [
          route('GET /a', ['a', 'get'], {
            responses: {
              '200': {
                contentType: 'application/json',
                schema: {
                  anyOf: ['Client', 'Success', 'AGetResult', 'Payment'].map((name) => ({
                    $ref: `#/$defs/${name}`,
                  })),
                },
              },
            },
          }),
          route('GET /b', ['aGet']),
          route('GET /c', ['1-c']),
        ].map((contract) => ({
          contract,
          $defs: {
            Client: { type: 'string' },
            Success: { type: 'number' },
            AGetResult: { type: 'null' },
            Payment: { type: 'boolean' },
          },
        })),
      }),
      { version: '1.0.0' },
    );
    const declared = [...text.matchAll(/^export (?:interface|type|const|function) (\w+)/gm)].map(
      ([, name]) => name,
    );
    expect(new Set(declared).size).toBe(declared.length);
    expect(declared).toEqual(
      expect.arrayContaining([
        'Client',
        'Client2',
        'Success2',
        'AGetResult2',
        'AGet2Request',
        'Payment',
        'Route1CRequest',
      ]),
    );
  });

  test('an app without routes gets a client', async () => {
    const text = emitClient(assembleContract({ routes: [] }), { version: '1.0.0' });
    expect(text).toContain('export interface Routes {\n}');
    expect(text).toContain('export type PlainRoute = never;');
    await bundle(assembleContract({ routes: [] }), "export { client } from './client.ts';");
  });
});

describe('the generated client, bundled', () => {
  test('the bundled client calls a real server', async () => {
    fs.writeFileSync(
      path.join(folder, 'run.mjs'),
      await bundle(CONTRACT, "export * from './client.ts';"),
    );
    const { createClient, createCall, version } = (await import(
      /* @vite-ignore */ path.join(folder, 'run.mjs')
    )) as typeof import('../../src/client/index.ts') & {
      createClient(options: object): {
        payments: { capture(request: object): Promise<unknown> };
        health: { (): Promise<unknown>; name(): Promise<unknown> };
      };
      createCall(options: object): (id: string, request?: object) => Promise<unknown>;
      version: string;
    };
    expect(version).toBe('1.2.3');
    server.answer(json(202, { state: 'capturing' }));
    const client = createClient({ baseUrl: server.url });
    expect(
      await client.payments.capture({ params: { id: 'p1' }, body: { amount: 5 } }),
    ).toMatchObject({
      ok: true,
      status: 202,
      data: { state: 'capturing' },
    });
    server.answer(json(409, { error: 'ReservationFailed' }));
    expect(
      await createCall({ baseUrl: server.url })('POST /payments/:id/capture', {
        params: { id: 'p1' },
        body: { amount: 5 },
      }),
    ).toMatchObject({ status: 409 });
    await client.health();
    await client.health.name();
    expect(
      server.seen.map(({ method, url, headers }) => `${method} ${url} ${headers['x-api-version']}`),
    ).toEqual([
      'POST /api/payments/p1/capture 1.2.3',
      'POST /api/payments/p1/capture 1.2.3',
      'GET /api/health 1.2.3',
      'GET /api/health/deep 1.2.3',
    ]);
  });

  test('the bundled client is small and tree-shaken', async () => {
    const all = await bundle(
      CONTRACT,
      "import { client } from './client.ts'; console.log(client);",
    );
    const one = await bundle(
      CONTRACT,
      "import { call } from './client.ts'; void call('GET /health');",
    );
    const none = await bundle(CONTRACT, "import './client.ts';");
    expect(all).toContain('POST /payments/:id/capture');
    expect(one).not.toContain('POST /payments/:id/capture');
    expect(one).not.toContain('api-version=');
    expect(one).not.toContain('WebSocket');
    expect(none.trim()).toBe('');
    expect(gzipSync(all).length).toBeLessThan(5400);
    expect(gzipSync(one).length).toBeLessThan(4300);
  });
});

describe('the text of context.ts', () => {
  test('context.ts names the routes, modules and effects of the app', () => {
    const text = emitContext(CONTRACT, SCAN);
    expect(text).toContain("  | 'POST /payments/:id/capture'\n");
    expect(text).toContain("export type ModuleName =\n  | 'ledger'\n  | 'rates';");
    expect(
      emitContext(assembleContract({ routes: [] }), { ...SCAN, modules: [], effects: [] }),
    ).toContain('export type RouteId = never;');
  });
});
