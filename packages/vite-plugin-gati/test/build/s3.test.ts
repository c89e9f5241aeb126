import fs from 'node:fs';
import path from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activateRelease, openReleaseStore, putRelease } from '@gati/runtime-h3/releases';
import { finish } from '../../../../test/kit/process.ts';
import { startMoto } from '../../../../test/servers/moto.ts';
import { build, copyAway, makeApp } from './app.ts';

const MINUTE = 60_000;
const HELLO = {
  'src/handlers/hello.ts': "export const route = 'GET /hello';\nexport const handler: Handler<typeof route> = () => ({ hello: true });\n",
};
const named = (dependencies: object): Record<string, string> => ({
  ...HELLO,
  'package.json': JSON.stringify({ name: 'shop', version: '1.0.0', type: 'module', dependencies }),
});

const moto = await startMoto();
if ('reason' in moto) console.warn(`\n  !! A built server with its releases in S3 is NOT tested: ${moto.reason}\n`);

describe.skipIf('reason' in moto)('a built server with its releases in S3', () => {
  const before = { ...process.env };
  const url = 's3://shop-releases/api';

  beforeAll(async () => {
    process.env.AWS_ENDPOINT_URL = (moto as { url: string }).url;
    process.env.AWS_REGION = 'us-east-1';
    process.env.AWS_ACCESS_KEY_ID = 'test';
    process.env.AWS_SECRET_ACCESS_KEY = 'test';
    const client = new S3Client({ forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'shop-releases' }));
    client.destroy();
  }, 5 * MINUTE);
  afterAll(async () => {
    process.env = before;
    if ('stop' in moto) await moto.stop();
  });

  it('has the SDK in chunks of its own where the app names it', { timeout: 3 * MINUTE }, async () => {
    const { outDir, warnings } = await build(makeApp(named({ '@aws-sdk/client-s3': '*' })));
    expect(warnings).toEqual([]);
    const store = await openReleaseStore(url);
    await putRelease(store, outDir);
    await activateRelease(store, '1.0.0');
    await store.close();
    const entry = path.join(copyAway(outDir), 'dist/server/index.mjs');
    const listed = await finish(process.execPath, [entry, 'releases', 'list', '--json'], { env: { ...process.env, GATI_RELEASES: url } });
    expect(listed, listed.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(listed.stdout)).toMatchObject({ current: '1.0.0', releases: [{ version: '1.0.0', status: 'live' }] });
  });

  it('says what is missing where the app does not', { timeout: 3 * MINUTE }, async () => {
    const { outDir } = await build(makeApp(named({})));
    const bytes = fs
      .readdirSync(path.join(outDir, 'server/chunks'))
      .map((name) => fs.statSync(path.join(outDir, 'server/chunks', name)).size);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(600_000);
    const entry = path.join(copyAway(outDir), 'dist/server/index.mjs');
    const listed = await finish(process.execPath, [entry, 'releases', 'list'], { env: { ...process.env, GATI_RELEASES: url } });
    expect(listed).toMatchObject({ code: 1, stderr: expect.stringContaining('npm install @aws-sdk/client-s3') });
  });
});
