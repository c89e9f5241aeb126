import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { type ServerProcess, startBuiltServer } from '@gati/test-kit/servers';
import { HANDSHAKE_ACCEPTED, sendRaw } from '@gati/test-kit/sockets';
import { eventually } from '@gati/test-kit/wait';
import { findBinary } from '../servers/process.ts';
import { setUpOwner } from './helpers/owner.ts';

const CLERK = 'token-of-the-clerk';
const SOCKET = `export const route = 'WS /live';
export const socket = { message: (peer: { send(text: string): void }) => peer.send('seen') };
`;

const HANDSHAKE = [
  'GET /live HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

/** A request of each route. A route without one fails the test. */
type Samples = Record<string, (url: string) => Promise<unknown>>;

const send = (
  method: string,
  target: string,
  body?: unknown,
  headers: Record<string, string> = {},
): ((url: string) => Promise<Response>) => {
  const json: Record<string, string> =
    body === undefined ? {} : { 'content-type': 'application/json' };
  return async (url) => {
    const response = await fetch(url + target, {
      method,
      headers: { ...json, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    await response.clone().arrayBuffer();
    return response;
  };
};

const PAYMENTS: Samples = {
  'POST /payments/:id/capture': send('POST', '/payments/p/capture', { amount: 50 }),
  'GET /payments/:id/events': send('GET', '/payments/p/events'),
  'POST /payments/:id/refund': send(
    'POST',
    '/payments/p/refund',
    { reason: 'test' },
    { authorization: `Bearer ${CLERK}` },
  ),
  'WS /live': (url) =>
    sendRaw(Number(new URL(url).port), [HANDSHAKE], { until: HANDSHAKE_ACCEPTED }),
};
const VUE: Samples = {
  'POST /account': send('POST', '/account', { name: 'Ada' }),
  async 'GET /account'(url) {
    const response = await send('POST', '/account', { name: 'Ada' })(url);
    const cookie = response.headers.get('set-cookie')!.split(';', 1)[0]!;
    await send('GET', '/account', undefined, { cookie })(url);
  },
  'POST /words': send('POST', '/words', { text: 'one two' }),
};

const POLYGLOT: Samples = {
  'GET /scores': send('GET', '/scores'),
  'POST /scores': send('POST', '/scores', { text: 'tea' }),
  'GET /words': send('GET', '/words?word=gati'),
};

const hasPython = findBinary('python3') !== undefined;
if (!hasPython) console.warn('SKIPPED, modules of playground/polyglot: there is no python3');

afterEach(() => stopProcesses());

/** Files of a folder of the app; none if it has no such folder. */
const filesIn = (app: string, folder: string): string[] => {
  const full = path.join(app, folder);
  return fs.existsSync(full) ? fs.readdirSync(full) : [];
};

/**
 * Makes two releases of playground/polyglot: 1.0.0, which had a route under another name and is
 * retired, and 2.0.0, which migrates its requests.
 */
async function releaseTwice(app: string, env: NodeJS.ProcessEnv): Promise<void> {
  const gati = (...words: string[]): Promise<unknown> =>
    runOrThrow(
      process.execPath,
      [path.join(app, 'node_modules/vite-plugin-gati/dist/cli.mjs'), ...words],
      {
        cwd: app,
        env,
      },
    );
  const handlers = path.join(app, 'src/handlers');
  const [words, meanings] = ['words', 'meanings'].map((name) =>
    path.join(handlers, `${name}.get.ts`),
  ) as [string, string];
  const [versions, aside] = [path.join(app, 'src/versions'), path.join(app, 'versions')];
  const code = fs.readFileSync(words, 'utf8');
  fs.renameSync(versions, aside);
  fs.rmSync(words);
  fs.writeFileSync(meanings, code.replace('GET /words', 'GET /meanings'));
  await gati('build');
  await gati('release');
  await gati('activate', '1.0.0');
  fs.renameSync(aside, versions);
  fs.rmSync(meanings);
  fs.writeFileSync(words, code);
  await gati('build', '--allow-major');
  await gati('release');
  await gati('activate', '2.0.0');
  await gati('releases', 'retire', '1.0.0');
}

test.each([
  ['payments', '', PAYMENTS],
  ['vue', '/api', VUE],
  ...(hasPython ? [['polyglot', '', POLYGLOT] as const] : []),
] as const)(
  'each route, effect, module and migration of playground/%s is in the log, the metrics and the traces',
  async (name, base, samples) => {
    const app = copyApp(`playground/${name}`);
    if (name === 'payments') fs.writeFileSync(path.join(app, 'src/handlers/live.ts'), SOCKET);
    const [databaseMigrations, versions] = ['src/migrations', 'src/versions'].map((folder) =>
      filesIn(app, folder),
    ) as [string[], string[]];
    const store = { GATI_RELEASES: path.join(app, 'releases') };
    if (versions.length > 0) await releaseTwice(app, { ...process.env, ...store });
    else {
      const vite = path.join(root, 'node_modules/vite/bin/vite.js');
      await runOrThrow(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: app });
    }
    const server: ServerProcess = await startBuiltServer(app, {
      ...process.env,
      ...(versions.length > 0 && store),
      CLERK_TOKEN: CLERK,
      GATI_MIGRATIONS: 'apply',
      GATI_PANEL: 'on',
      GATI_WORKERS: '1',
      OTEL_TRACES_SAMPLER: 'always_on',
    });
    const owner = await setUpOwner(server);
    const read = async (where: string): Promise<Record<string, never[]>> =>
      (await owner.get(where)).body;
    const names = (list: readonly { name: string }[]): string[] =>
      list.map(({ name: each }) => each);
    const routes = (await read('routes'))['routes']!.map(({ id }: { id: string }) => id);
    const effects = names((await read('effects'))['effects']!);
    const modules = names((await read('modules'))['modules']!);
    expect([routes.toSorted(), modules.length > 0]).toEqual([
      Object.keys(samples).toSorted(),
      true,
    ]);
    for (const sample of Object.values(samples)) await sample(server.url + base);
    for (const file of versions) {
      expect(file).toBe('1.x.ts');
      const old = send('GET', '/meanings?word=gati', undefined, { 'x-api-version': '1.0.0' });
      expect((await old(server.url)).status).toBe(200);
    }

    await eventually(async () => {
      const log = server.stdout
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, string>);
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      const { items } = (await read('traces?limit=200')) as unknown as {
        items: { traceId: string; method: string; route: string }[];
      };
      const traces = await Promise.all(
        items.map(async ({ traceId }) => JSON.stringify(await read(`traces/${traceId}`))),
      );
      const missing: string[] = [];
      const need = (what: string, isFound: boolean): void => {
        if (!isFound) missing.push(what);
      };
      for (const id of routes) {
        const [method, route] = id.split(' ') as [string, string];
        const isOwn = (each: { method?: string; route?: string }): boolean =>
          each.route === route && (method === 'WS' || each.method === method);
        need(
          `${id} in the log`,
          log.some((line) => line['msg'] === 'request' && isOwn(line)),
        );
        need(`${id} in the metrics`, metrics.includes(`http_route="${route}"`));
        need(`${id} in the traces`, items.some(isOwn));
      }
      for (const effect of effects) {
        need(
          `${effect} in the log`,
          log.some((line) => line['msg'] === 'run' && line['effect'] === effect),
        );
        need(`${effect} in the metrics`, metrics.includes(`"${effect}"`));
        need(
          `${effect} in the traces`,
          traces.some((trace) => trace.includes(`"${effect}"`)),
        );
      }
      for (const module of modules) {
        need(
          `${module} in the log`,
          log.some((line) => line['module'] === module),
        );
        need(`${module} in the metrics`, metrics.includes(`module="${module}"`));
        need(
          `${module} in the traces`,
          traces.some((trace) => trace.includes(`"gati.module":"${module}"`)),
        );
      }
      for (const name of databaseMigrations) {
        const line = log.find(({ migration }) => migration === name);
        need(`${name} in the log`, line?.['msg'] === 'migration applied');
        need(
          `${name} in the metrics`,
          metrics.includes(`gati_database_migrations_total{migration="${name}"} 1`),
        );
        const trace = JSON.stringify(await read(`traces/${line?.['traceId']}`));
        need(
          `${name} in the traces`,
          trace.includes(`"gati.database.migration":"${name}"`) &&
            trace.includes('migration applied'),
        );
      }
      for (const name of versions) {
        need(
          `${name} in the log`,
          log.some(
            ({ msg, from }) => msg === 'migrations serve a retired release' && from === '1.0.0',
          ),
        );
        need(
          `${name} in the metrics`,
          metrics.includes('gati_migrations_total{from="1.0.0",version="2.0.0"} 1'),
        );
        need(
          `${name} in the traces`,
          traces.some((trace) => trace.includes('"gati.migration.from":"1.0.0"')),
        );
      }
      expect(missing).toEqual([]);
    });
  },
);
