import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  activateRelease,
  deprecateRelease,
  openReleaseStore,
  retireRelease,
} from '@gati/runtime-h3/releases';
import { copyApp } from '@gati/test-kit/apps';
import { runProcess, stopProcesses, runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import {
  type ParsedResponse,
  call,
  startBuiltServer,
  type ServerProcess,
} from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';

const gati = path.join(root, 'packages/vite-plugin-gati/dist/cli.mjs');
const env = {
  ...process.env,
  VITEST: undefined,
  NODE_ENV: undefined,
  GATI_RELEASES: undefined,
} as NodeJS.ProcessEnv;
const CAPTURE = 'src/handlers/payments/capture.ts';

const handler = (
  body: string,
  amount: string,
  answer: string,
): string => `export const route = 'POST /payments/:id/capture';

export const handler: Handler<typeof route> = async (req, res, gctx) => {
  const ok = await gctx.modules.ledger.reserve(req.params.id, ${amount});
  if (!ok) {
    res.status = 409;
    return res.json({ error: 'ReservationFailed' });
  }
  await gctx.effects.enqueue('capturePayment', { id: req.params.id });
  res.status = 202;
  res.body = ${answer};
};

export type Body = ${body};
`;

/** Five releases of one app: what changes, the version that has to come of it, and its date. */
const HISTORY: { version: string; at: string; files: Record<string, string> }[] = [
  { version: '1.0.0', at: '2026-01-01T00:00:00Z', files: {} },
  {
    version: '1.1.0',
    at: '2026-02-01T00:00:00Z',
    files: {
      [CAPTURE]: handler(
        '{ amount: number }',
        'req.body.amount',
        "{ state: 'capturing', payment: req.params.id }",
      ),
    },
  },
  {
    version: '2.0.0',
    at: '2026-03-01T00:00:00Z',
    files: {
      [CAPTURE]: handler(
        '{ cents: number }',
        'req.body.cents / 100',
        "{ status: 'capturing', payment: req.params.id }",
      ),
    },
  },
  {
    version: '2.0.1',
    at: '2026-04-01T00:00:00Z',
    files: {
      [CAPTURE]: handler(
        '{ cents: number }',
        'req.body.cents * 0.01',
        "{ status: 'capturing', payment: req.params.id }",
      ),
    },
  },
  {
    version: '3.0.0',
    at: '2026-05-01T00:00:00Z',
    files: {
      [CAPTURE]: handler(
        '{ money: { cents: number; currency: string } }',
        'req.body.money.cents / 100',
        "{ status: 'capturing', payment: { id: req.params.id, currency: req.body.money.currency } }",
      ),
      'src/versions/1.1.0.ts': `export const to = '2.0.0';

export default {
  routes: {
    'POST /payments/:id/capture': {
      up: ({ body }) => ({ body: { cents: body.amount * 100 } }),
      down: (response) =>
        response.status === 202 ? { body: { state: response.body.status, payment: response.body.payment } } : response,
    },
  },
} satisfies Migration<'1.1.0'>;
`,
      'src/versions/2.0.0.ts': `export const to = '3.0.0';

export default {
  routes: {
    'POST /payments/:id/capture': {
      up: ({ body }) => ({ body: { money: { cents: body.cents, currency: 'EUR' } } }),
      down: (response) =>
        response.status === 202 ? { body: { status: response.body.status, payment: response.body.payment.id } } : response,
    },
  },
} satisfies Migration<'2.0.0'>;
`,
    },
  },
];

/** What is used of an SDK. */
interface Sdk {
  version: string;
  createClient(options: { baseUrl: string }): {
    payments: { capture(request: { params: { id: string }; body: object }): Promise<SdkResult> };
  };
}
interface SdkResult {
  ok: boolean;
  status: number;
  data?: unknown;
  error?: { code: string; detail: string; versions: { version: string }[] };
  headers: Headers;
}

describe('five releases on one server', () => {
  let app: string;
  let store: string;
  let server: ServerProcess;
  const sdks = new Map<string, Sdk>();
  const answers: Record<string, unknown> = {
    '1.0.0': { state: 'capturing' },
    '1.1.0': { state: 'capturing', payment: 'p1' },
    '2.0.0': { status: 'capturing', payment: 'p1' },
    '2.0.1': { status: 'capturing', payment: 'p1' },
    '3.0.0': { status: 'capturing', payment: { id: 'p1', currency: 'EUR' } },
  };
  const bodies = {
    1: { amount: 5 },
    2: { cents: 500 },
    3: { money: { cents: 500, currency: 'EUR' } },
  };
  const bodyOf = (version: string): object => bodies[Number(version[0]) as 1 | 2 | 3];
  const capture = (asked: string | undefined, body: object): Promise<ParsedResponse> =>
    call(`${server.url}/payments/p1/capture`, {
      method: 'POST',
      body,
      headers: asked === undefined ? {} : { 'x-api-version': asked },
    });
  const curl = async (
    asked: string,
    body: object,
    query = '',
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const args = [
      '-s',
      '-w',
      '\n%{http_code}',
      '-H',
      'content-type: application/json',
      '-d',
      JSON.stringify(body),
    ];
    const url = `${server.url}/payments/p1/capture${query}`;
    const { stdout } = await runOrThrow(
      'curl',
      [...args, ...(asked === '' ? [] : ['-H', `X-API-Version: ${asked}`]), url],
      {},
    );
    const at = stdout.lastIndexOf('\n');
    return {
      status: Number(stdout.slice(at + 1)),
      body: JSON.parse(stdout.slice(0, at)) as Record<string, unknown>,
    };
  };
  const takeSdk = async (version: string): Promise<Sdk> => {
    const folder = path.join(path.dirname(store), 'sdks', version);
    fs.mkdirSync(folder, { recursive: true });
    await runOrThrow(
      'tar',
      ['-xzf', path.join(app, `sdk/gati-playground-payments-${version}.tgz`), '-C', folder],
      {},
    );
    return (await import(
      /* @vite-ignore */ pathToFileURL(path.join(folder, 'package/dist/index.mjs')).href
    )) as Sdk;
  };
  const bySdk = (version: string): Promise<SdkResult> =>
    sdks
      .get(version)!
      .createClient({ baseUrl: server.url })
      .payments.capture({ params: { id: 'p1' }, body: bodyOf(version) });
  const steer = async (
    change: (opened: Awaited<ReturnType<typeof openReleaseStore>>) => Promise<unknown>,
  ): Promise<void> => {
    const opened = await openReleaseStore(store);
    await change(opened);
    await opened.close();
  };
  const isServed = (version: string): Promise<boolean> =>
    until(
      `${version} is served`,
      async () => (await capture(version, bodyOf(version))).status === 202,
      { within: 60_000 },
    );

  beforeAll(() => {
    app = copyApp('playground/payments');
    // Its page speaks to the first version.
    fs.rmSync(path.join(app, 'index.html'));
    fs.rmSync(path.join(app, 'src/page'), { recursive: true });
    store = path.join(temporaryFolder('store'), 'releases');
  });
  afterAll(async () => {
    await stopProcesses();
    for (const folder of [app, path.dirname(store)])
      fs.rmSync(folder, { recursive: true, force: true });
  });

  test.each(HISTORY)(
    '$version is built, stored and activated while the server runs',
    async ({ version, at, files }) => {
      for (const [file, text] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(path.join(app, file)), { recursive: true });
        fs.writeFileSync(path.join(app, file), text);
      }
      const own = { ...env, GATI_RELEASES: store };
      await runOrThrow(process.execPath, [gati, 'build'], { cwd: app, env: own });
      const released = await runOrThrow(process.execPath, [gati, 'release', '--at', at, '--json'], {
        cwd: app,
        env: own,
      });
      expect(JSON.parse(released.stdout)).toMatchObject({ version });
      await steer((opened) => activateRelease(opened, version));
      if (version === '1.0.0') {
        const alone = temporaryFolder('alone');
        fs.cpSync(path.join(app, 'dist'), path.join(alone, 'dist'), { recursive: true });
        const cache = path.join(path.dirname(store), 'cache');
        server = await startBuiltServer(alone, {
          PATH: process.env['PATH'],
          GATI_RELEASES: store,
          GATI_CACHE: cache,
          GATI_EFFECTS: 'memory:',
          // Two may differ for the second in which they notice a change.
          GATI_WORKERS: '1',
        });
      }
      await isServed(version);

      sdks.set(version, await takeSdk(version));
      // The one of each older release goes on to work.
      for (const [asked, { version: own }] of sdks) {
        const result = await bySdk(asked);
        expect(result).toMatchObject({ ok: true, status: 202, data: answers[asked] });
        expect([own, result.headers.get('x-api-version')]).toEqual([asked, asked]);
      }
    },
  );

  test('migrations are typed from the contracts of both releases', async () => {
    const own = { ...env, GATI_RELEASES: store };
    const good = await runProcess(process.execPath, [gati, 'check', '--json'], {
      cwd: app,
      env: own,
    });
    expect(JSON.parse(good.stdout)).toMatchObject({ errors: [] });
    const file = path.join(app, 'src/versions/1.1.0.ts');
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace('cents: body.amount * 100', 'amount: body.amuont'));
    const bad = await runProcess(process.execPath, [gati, 'check', '--json'], {
      cwd: app,
      env: own,
    });
    fs.writeFileSync(file, text);
    expect(bad.stdout).toContain('amuont');
    expect(bad.code).toBe(1);
  });

  test.each([
    ['1.0.0', '1.0.0'],
    ['2.0.0', '2.0.0'],
    ['2026-01-15', '1.0.0'],
    ['2026-02-01T00:00:00Z', '1.1.0'],
    ['2026-04-01T01:30:00+02:00', '2.0.0'],
    ['2026-04-30', '2.0.1'],
    ['^1', '1.1.0'],
    ['~2.0.0', '2.0.1'],
    ['>=1 <3', '2.0.1'],
    ['*', '3.0.0'],
  ])('%s is answered by %s, to fetch and to curl', async (asked, version) => {
    const fetched = await capture(asked, bodyOf(version));
    expect(fetched).toMatchObject({ status: 202, body: answers[version] });
    expect(fetched.headers.get('x-api-version')).toBe(version);
    expect(await curl(asked, bodyOf(version))).toEqual({ status: 202, body: answers[version] });
    expect(
      await curl('', bodyOf(version), `?api-version=${encodeURIComponent(asked)}`),
    ).toMatchObject({ status: 202 });
  });

  test('each release checks requests by its own contract', async () => {
    expect((await capture('1.0.0', bodies[3])).status).toBe(400);
    expect((await capture('3.0.0', bodies[1])).status).toBe(400);
  });

  test('who does not choose is given the choice, with a line that works', async () => {
    const { status, body } = await curl('', bodies[3]);
    expect(status).toBe(300);
    const versions = (body['versions'] as { version: string }[]).map(({ version }) => version);
    expect(versions).toEqual(HISTORY.map(({ version }) => version).reverse());
    expect(body['curl']).toBe(
      `curl -X POST -H 'X-API-Version: 3.0.0' '${server.url}/payments/p1/capture'`,
    );
    const list = await call(`${server.url}/versions`);
    expect(list.body).toEqual({ versions: body['versions'] });
    const document = await call(`${server.url}/versions/2.0.1`);
    expect(document.body).toMatchObject({ openapi: '3.1.0', info: { version: '2.0.1' } });
  });

  test('what is deprecated says so', async () => {
    await steer((opened) =>
      deprecateRelease(opened, '2.0.1', {
        at: '2026-05-02T00:00:00Z',
        sunset: '2026-12-31T00:00:00Z',
      }),
    );
    const answer = await until('it is deprecated', async () => {
      const answer = await capture('2.0.1', bodies[2]);
      return answer.headers.get('deprecation') !== null && answer;
    });
    expect(answer.headers.get('deprecation')).toBe('@1777680000');
    expect(answer.headers.get('sunset')).toBe('Thu, 31 Dec 2026 00:00:00 GMT');
    expect(answer.headers.get('link')).toContain('<?api-version=3.0.0>; rel="successor-version"');
    const result = await bySdk('2.0.1');
    expect([result.status, result.headers.get('sunset')]).toEqual([
      202,
      'Thu, 31 Dec 2026 00:00:00 GMT',
    ]);
  });

  test('what is retired is carried by migrations where there are some, else it is gone', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0', '2.0.1'])
      await steer((opened) => retireRelease(opened, version));
    await until('1.0.0 is gone', async () => (await capture('1.0.0', bodies[1])).status === 410);
    await until(
      'the rest is retired',
      async () => (await capture('2.0.1', bodies[2])).status === 410,
    );
    // One step and two.
    expect(await curl('2.0.0', bodies[2])).toEqual({ status: 202, body: answers['2.0.0'] });
    expect(await curl('1.1.0', bodies[1])).toEqual({ status: 202, body: answers['1.1.0'] });
    const carried = await capture('2026-02-15', bodies[1]);
    expect([carried.status, carried.headers.get('x-api-version')]).toEqual([202, '1.1.0']);
    expect((await capture('1.1.0', bodies[3])).status).toBe(400);
    expect((await capture(undefined, bodies[3])).status).toBe(202);

    for (const version of ['1.1.0', '2.0.0', '3.0.0']) {
      expect(await bySdk(version)).toMatchObject({ ok: true, status: 202, data: answers[version] });
    }
    for (const version of ['1.0.0', '2.0.1']) {
      const { ok, status, error } = await bySdk(version);
      expect({ ok, status, code: error?.code, detail: error?.detail }).toEqual({
        ok: false,
        status: 410,
        code: 'version_retired',
        detail: `The release ${version} is retired.`,
      });
      expect(error!.versions.map((each) => each.version)).toContain('3.0.0');
    }
  });

  test('a build takes its releases along for a server without a store', async () => {
    await server.stop();
    await runOrThrow(process.execPath, [gati, 'build'], {
      cwd: app,
      env: { ...env, GATI_RELEASES: store },
    });
    server = await startBuiltServer(app, { PATH: process.env['PATH'], GATI_EFFECTS: 'memory:' });
    expect(await curl('1.1.0', bodies[1])).toEqual({ status: 202, body: answers['1.1.0'] });
    expect((await capture('1.0.0', bodies[1])).status).toBe(410);
    expect((await capture(undefined, bodies[3])).status).toBe(202);
    expect(await bySdk('1.1.0')).toMatchObject({ ok: true, data: answers['1.1.0'] });
  });
});
