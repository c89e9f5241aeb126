import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { runProcess, stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { GCS_BUCKET, startFakeGcs } from '../../../../test/servers/fake-gcs.ts';
import { startPstest } from '../../../../test/servers/pstest.ts';
import { build, copyAway, makeApp } from '../helpers/build.ts';

const servers = [await startPstest(), await startFakeGcs()] as const;
const missing = servers.find((server) => 'reason' in server);
if (missing && 'reason' in missing)
  console.warn(
    `\n  !! A built server with its keys in Google Cloud Storage is NOT tested: ${missing.reason}\n`,
  );

const toFiles = (...packages: string[]): Record<string, string> => ({
  'package.json': JSON.stringify({
    name: 'shop',
    version: '1.0.0',
    type: 'module',
    dependencies: Object.fromEntries(packages.map((name) => [name, '*'])),
  }),
  'src/handlers/mails.ts': `export const route = 'POST /mails';
export const handler: Handler<typeof route> = async (req, res, gctx) => {
  res.status = 202;
  return gctx.effects.enqueue('sendMail', { to: 'ada' }, { idempotencyKey: 'order-1' });
};
`,
  'src/effects/sendMail.ts': `export async function run(payload: { to: string }, ectx: EffectContext): Promise<void> {
  ectx.logger.info('sent', { to: payload.to, effect: ectx.effect });
}
`,
});

describe.skipIf(missing)('a built server on Pub/Sub with its keys in Google Cloud Storage', () => {
  const [queues, objects] = servers;
  if ('reason' in queues || 'reason' in objects) return;
  const address = `pubsub://my-project/shop?state=gs://${GCS_BUCKET}/shop`;
  const emulators = {
    PUBSUB_EMULATOR_HOST: queues.url,
    STORAGE_EMULATOR_HOST: objects.url,
    METADATA_SERVER_DETECTION: 'none',
  };
  const env = { PATH: process.env.PATH!, ...emulators, GATI_EFFECTS: address };
  afterEach(stopProcesses);
  afterAll(async () => {
    await Promise.all([queues.stop(), objects.stop()]);
  });

  test('a built server creates one job for an idempotency key', async () => {
    const { outDir, warnings } = await build(
      makeApp(toFiles('@google-cloud/pubsub', 'google-auth-library')),
      {},
      { effects: ['pubsub'] },
    );
    expect(warnings).toEqual([]);
    const served = await startBuiltServer(copyAway(outDir), { ...env, GATI_WORKERS: '2' });
    const ask = async (): Promise<unknown> =>
      (await call(`${served.url}/mails`, { method: 'POST' })).body;
    const first = await ask();
    expect(first).toEqual({ id: expect.any(String) });
    await served.waitForOutput(/"msg":"sent"/);
    expect(await ask()).toEqual(first);
  });

  test('a built server names the package that package.json lacks', async () => {
    const { outDir } = await build(
      makeApp(toFiles('@google-cloud/pubsub')),
      {},
      { effects: ['pubsub'] },
    );
    const entry = path.join(copyAway(outDir), 'dist/server/index.mjs');
    const started = await runProcess(process.execPath, [entry], { env: { ...env, PORT: '0' } });
    expect(started.code).toBe(1);
    expect(started.stdout + started.stderr).toContain('npm install google-auth-library');
  });
});
