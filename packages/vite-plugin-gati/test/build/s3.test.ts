import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  activateRelease,
  openReleaseStore,
  putRelease,
  rollbackRelease,
} from '@gati/runtime-h3/releases';
import { runProcess, stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';
import { startMoto } from '../../../../test/servers/moto.ts';
import { build, copyAway, makeApp, write } from '../helpers/build.ts';

const HELLO = {
  'src/handlers/hello.ts':
    "export const route = 'GET /hello';\nexport const handler: Handler<typeof route> = () => ({ hello: true });\n",
};
const named = (dependencies: object): Record<string, string> => ({
  ...HELLO,
  'package.json': JSON.stringify({ name: 'shop', version: '1.0.0', type: 'module', dependencies }),
});

/** Names of the chunks of a server that contain code of the SDK: the class of its errors. */
function chunksWithSdk(outDir: string): string[] {
  const chunks = path.join(outDir, 'server/chunks');
  return fs
    .readdirSync(chunks)
    .filter((name) =>
      fs.readFileSync(path.join(chunks, name), 'utf8').includes('S3ServiceException'),
    );
}

const moto = await startMoto();
if ('reason' in moto)
  console.warn(`\n  !! A built server with its releases in S3 is NOT tested: ${moto.reason}\n`);

describe.skipIf('reason' in moto)('a built server with its releases in S3', () => {
  const url = 's3://shop-releases/api';
  /** The app whose first release is in the store. `alone` is a copy of its build. */
  let app: string;
  let alone: string;

  beforeAll(async () => {
    process.env.AWS_ENDPOINT_URL = (moto as { url: string }).url;
    process.env.AWS_REGION = 'us-east-1';
    process.env.AWS_ACCESS_KEY_ID = 'test';
    process.env.AWS_SECRET_ACCESS_KEY = 'test';
    const client = new S3Client({ forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'shop-releases' }));
    client.destroy();
  });
  afterAll(async () => {
    await stopProcesses();
    if ('stop' in moto) await moto.stop();
  });

  test('a server contains the S3 SDK in separate chunks if package.json lists it', async () => {
    app = makeApp(named({ '@aws-sdk/client-s3': '*' }));
    const { outDir, warnings } = await build(app);
    expect(warnings).toEqual([]);
    expect(chunksWithSdk(outDir)).not.toEqual([]);
    const store = await openReleaseStore(url);
    await putRelease(store, outDir, { at: '2026-01-01T00:00:00Z' });
    await activateRelease(store, '1.0.0');
    await store.close();
    alone = copyAway(outDir);
    const entry = path.join(alone, 'dist/server/index.mjs');
    const listed = await runProcess(process.execPath, [entry, 'releases', 'list', '--json'], {
      env: { ...process.env, GATI_RELEASES: url },
    });
    expect(listed, listed.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(listed.stdout)).toMatchObject({
      current: '1.0.0',
      releases: [{ version: '1.0.0', status: 'live' }],
    });
  });

  test('a running server follows activations and rollbacks in an S3 store', async () => {
    process.env.GATI_RELEASES = url;
    const store = await openReleaseStore(url);
    const server = await startBuiltServer(alone, {
      ...process.env,
      GATI_WORKERS: '1',
      GATI_PROOF_QUIET: '0',
      GATI_CACHE: path.join(alone, 'cache'),
    });
    const ask = async (): Promise<unknown> => {
      const { status, headers, body } = await call(`${server.url}/hello`, {
        headers: { 'x-api-version': '*' },
      });
      return { status, version: headers.get('x-api-version'), body };
    };
    expect(await ask()).toEqual({ status: 200, version: '1.0.0', body: { hello: true } });

    write(app, {
      'src/handlers/hello.ts': HELLO['src/handlers/hello.ts'].replace(
        'hello: true',
        'hello: true, again: true',
      ),
    });
    const second = await build(app);
    expect(second.manifest.release.version).toBe('1.1.0');
    await putRelease(store, second.outDir);
    await activateRelease(store, '1.1.0');
    const newer = { status: 200, version: '1.1.0', body: { hello: true, again: true } };
    await until('the server has the new release', async () =>
      isDeepStrictEqual(await ask(), newer),
    );
    await rollbackRelease(store);
    await until('the server is back', async () =>
      isDeepStrictEqual(await ask(), { status: 200, version: '1.0.0', body: { hello: true } }),
    );

    await server.stop();
    expect(server.child.exitCode).toBe(0);
    await store.close();
    delete process.env.GATI_RELEASES;
  });

  test('a server without the S3 SDK names the missing package', async () => {
    const { outDir } = await build(makeApp(named({})));
    expect(chunksWithSdk(outDir)).toEqual([]);
    const entry = path.join(copyAway(outDir), 'dist/server/index.mjs');
    const listed = await runProcess(process.execPath, [entry, 'releases', 'list'], {
      env: { ...process.env, GATI_RELEASES: url },
    });
    expect(listed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm install @aws-sdk/client-s3'),
    });
  });
});
