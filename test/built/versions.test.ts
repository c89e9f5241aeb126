import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  activateRelease,
  deprecateRelease,
  openReleaseStore,
  retireRelease,
} from '@gati/runtime-h3/releases';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow, runProcess, stopProcesses } from '@gati/test-kit/processes';
import { call, type ServerProcess, startBuiltServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { curlCapture, fetchCapture } from './helpers/capture.ts';
import { bodyFor, HISTORY, RESPONSES } from './helpers/history.ts';
import { env, GATI } from './helpers/commands.ts';
import { importSdk, type Sdk, type SdkResult } from './helpers/sdk.ts';

/** Each test continues where the one before it ended. */
describe('a server with five releases', () => {
  let app: string;
  let folder: string;
  let store: string;
  let server: ServerProcess;
  const sdks = new Map<string, Sdk>();

  const gatiEnv = (): NodeJS.ProcessEnv => ({ ...env, GATI_RELEASES: store });
  const callBySdk = (version: string): Promise<SdkResult> =>
    sdks
      .get(version)!
      .createClient({ baseUrl: server.url })
      .payments.capture({ params: { id: 'p1' }, body: bodyFor(version) });
  const statusOf = async (version: string | undefined, bodyVersion: string): Promise<number> =>
    (await fetchCapture(server.url, version, bodyFor(bodyVersion))).status;
  const changeStore = async (
    change: (opened: Awaited<ReturnType<typeof openReleaseStore>>) => Promise<unknown>,
  ): Promise<void> => {
    const opened = await openReleaseStore(store);
    await change(opened);
    await opened.close();
  };

  beforeAll(() => {
    app = copyApp('playground/payments');
    // The page is typed for the first version, and would not compile with later ones.
    fs.rmSync(path.join(app, 'index.html'));
    fs.rmSync(path.join(app, 'src/page'), { recursive: true });
    folder = temporaryFolder('versions');
    store = path.join(folder, 'releases');
  });
  afterAll(stopProcesses);

  test.each(HISTORY)(
    'serves $version, and all older releases, after it is built, stored and activated',
    async ({ version, at, files }) => {
      for (const [file, text] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(path.join(app, file)), { recursive: true });
        fs.writeFileSync(path.join(app, file), text);
      }
      const inApp = { cwd: app, env: gatiEnv() };
      await runOrThrow(process.execPath, [GATI, 'build'], inApp);
      const args = [GATI, 'release', '--at', at, '--json'];
      const released = await runOrThrow(process.execPath, args, inApp);
      expect(JSON.parse(released.stdout)).toMatchObject({ version });
      await changeStore((opened) => activateRelease(opened, version));
      if (version === HISTORY[0]!.version) {
        const copy = path.join(folder, 'alone');
        fs.cpSync(path.join(app, 'dist'), path.join(copy, 'dist'), { recursive: true });
        server = await startBuiltServer(copy, {
          PATH: process.env['PATH'],
          GATI_RELEASES: store,
          GATI_CACHE: path.join(folder, 'cache'),
          GATI_EFFECTS: 'memory:',
          // Two workers may differ for up to a second after a change.
          GATI_WORKERS: '1',
          GATI_PROOF_QUIET: '0',
        });
      }
      await until(`${version} is served`, async () => (await statusOf(version, version)) === 202);

      const tarball = path.join(app, `sdk/gati-playground-payments-${version}.tgz`);
      sdks.set(version, await importSdk(tarball, path.join(folder, 'sdks', version)));
      for (const [older, sdk] of sdks) {
        const result = await callBySdk(older);
        expect(result).toMatchObject({ ok: true, status: 202, data: RESPONSES[older] });
        expect({
          sdk: sdk.version,
          header: result.headers.get('x-api-version'),
        }).toEqual({ sdk: older, header: older });
      }
    },
  );

  test('gati check types migrations from the contracts of both releases', async () => {
    const inApp = { cwd: app, env: gatiEnv() };
    const valid = await runProcess(process.execPath, [GATI, 'check', '--json'], inApp);
    expect(JSON.parse(valid.stdout)).toMatchObject({ errors: [] });
    const file = path.join(app, 'src/versions/1.1.0.ts');
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace('cents: body.amount * 100', 'amount: body.amuont'));
    const invalid = await runProcess(process.execPath, [GATI, 'check', '--json'], inApp);
    fs.writeFileSync(file, text);
    expect(invalid).toMatchObject({ code: 1, stdout: expect.stringContaining('amuont') });
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
  ])('a request for %s gets %s, by fetch and by curl', async (requested, version) => {
    const body = bodyFor(version);
    const expected = { status: 202, body: RESPONSES[version] };
    const fetched = await fetchCapture(server.url, requested, body);
    expect(fetched).toMatchObject(expected);
    expect(fetched.headers.get('x-api-version')).toBe(version);
    expect(await curlCapture(server.url, requested, body)).toEqual(expected);
    const query = `?api-version=${encodeURIComponent(requested)}`;
    expect(await curlCapture(server.url, undefined, body, query)).toMatchObject({ status: 202 });
  });

  test('each release validates requests by its own contract', async () => {
    expect(await statusOf('1.0.0', '3.0.0')).toBe(400);
    expect(await statusOf('3.0.0', '1.0.0')).toBe(400);
  });

  test('a request without a version gets 300 with all versions and a curl command', async () => {
    const { status, body } = await curlCapture(server.url, undefined, bodyFor('3.0.0'));
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

  test('a deprecated release sends the headers deprecation, sunset and link', async () => {
    const sunset = 'Thu, 31 Dec 2026 00:00:00 GMT';
    await changeStore((opened) =>
      deprecateRelease(opened, '2.0.1', {
        at: '2026-05-02T00:00:00Z',
        sunset: '2026-12-31T00:00:00Z',
      }),
    );
    const { headers } = await until('2.0.1 is deprecated', async () => {
      const response = await fetchCapture(server.url, '2.0.1', bodyFor('2.0.1'));
      return response.headers.get('deprecation') !== null && response;
    });
    expect({
      deprecation: headers.get('deprecation'),
      sunset: headers.get('sunset'),
      link: headers.get('link'),
    }).toEqual({
      deprecation: '@1777680000',
      sunset,
      link: expect.stringContaining('<?api-version=3.0.0>; rel="successor-version"'),
    });
    const result = await callBySdk('2.0.1');
    expect(result.status).toBe(202);
    expect(result.headers.get('sunset')).toBe(sunset);
  });

  test('a retired release responds through its migrations, and with 410 if it has none', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0', '2.0.1'])
      await changeStore((opened) => retireRelease(opened, version));
    for (const version of ['1.0.0', '2.0.1'])
      await until(`${version} is retired`, async () => (await statusOf(version, version)) === 410);
    // From 2.0.0 one migration leads to 3.0.0, from 1.1.0 two.
    for (const version of ['2.0.0', '1.1.0'])
      expect(await curlCapture(server.url, version, bodyFor(version))).toEqual({
        status: 202,
        body: RESPONSES[version],
      });
    const migrated = await fetchCapture(server.url, '2026-02-15', bodyFor('1.1.0'));
    expect(migrated.status).toBe(202);
    expect(migrated.headers.get('x-api-version')).toBe('1.1.0');
    expect(await statusOf('1.1.0', '3.0.0')).toBe(400);
    expect(await statusOf(undefined, '3.0.0')).toBe(202);

    for (const version of ['1.1.0', '2.0.0', '3.0.0'])
      expect(await callBySdk(version)).toMatchObject({
        ok: true,
        status: 202,
        data: RESPONSES[version],
      });
    for (const version of ['1.0.0', '2.0.1']) {
      const { ok, status, error } = await callBySdk(version);
      expect({ ok, status, code: error?.code, detail: error?.detail }).toEqual({
        ok: false,
        status: 410,
        code: 'version_retired',
        detail: `The release ${version} is retired.`,
      });
      expect(error!.versions.map((each) => each.version)).toContain('3.0.0');
    }
  });

  test('a build bundles older releases for a server without a store', async () => {
    await server.stop();
    await runOrThrow(process.execPath, [GATI, 'build'], { cwd: app, env: gatiEnv() });
    server = await startBuiltServer(app, { PATH: process.env['PATH'], GATI_EFFECTS: 'memory:' });
    expect(await curlCapture(server.url, '1.1.0', bodyFor('1.1.0'))).toEqual({
      status: 202,
      body: RESPONSES['1.1.0'],
    });
    expect(await statusOf('1.0.0', '1.0.0')).toBe(410);
    expect(await statusOf(undefined, '3.0.0')).toBe(202);
    expect(await callBySdk('1.1.0')).toMatchObject({ ok: true, data: RESPONSES['1.1.0'] });
  });
});
