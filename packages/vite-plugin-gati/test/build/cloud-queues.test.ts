import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { runProcess, stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { AZURITE_ACCOUNT, startAzurite } from '../../../../test/servers/azurite.ts';
import { startFauxqs } from '../../../../test/servers/fauxqs.ts';
import { startPstest } from '../../../../test/servers/pstest.ts';
import type { Missing, TestServer } from '../../../../test/servers/process.ts';
import { type CloudQueue, sdkOf } from '@gati/runtime-h3/effects/settings';
import { build, copyAway, makeApp } from '../helpers/build.ts';

interface Cloud {
  server: TestServer | Missing;
  address: string;
  /** Environment variables that the SDK of the cloud reads. */
  env(url: string): Record<string, string>;
  /** Output of `effects list`, besides the note that the service can't list jobs. */
  counts: string;
}

const CLOUDS: Record<CloudQueue, Cloud> = {
  sqs: {
    server: await startFauxqs(),
    address: 'sqs://eu-west-1/shop',
    env: (url) => ({
      AWS_ENDPOINT_URL_SQS: url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    }),
    counts: 'It counts 0 waiting',
  },
  pubsub: {
    server: await startPstest(),
    address: 'pubsub://my-project/shop',
    env: (url) => ({ PUBSUB_EMULATOR_HOST: url, METADATA_SERVER_DETECTION: 'none' }),
    counts: 'its service has no such call',
  },
  azurequeue: {
    server: await startAzurite(),
    address: `azurequeue://${AZURITE_ACCOUNT}/shop`,
    env: (url) => ({ AZURE_STORAGE_CONNECTION_STRING: url }),
    counts: 'It counts 0 waiting',
  },
};

const toFiles = (dependencies: object): Record<string, string> => ({
  'package.json': JSON.stringify({ name: 'shop', version: '1.0.0', type: 'module', dependencies }),
  'src/handlers/mails.ts': `export const route = 'POST /mails';
export const handler: Handler<typeof route> = async (req, res, gctx) => {
  await gctx.effects.enqueue('sendMail', { to: 'ada' }, { delay: 10 });
  res.status = 202;
};
`,
  'src/effects/sendMail.ts': `export async function run(payload: { to: string }, ectx: EffectContext): Promise<void> {
  ectx.logger.info('sent', { to: payload.to, effect: ectx.effect });
}
`,
});

const chunksOf = (outDir: string): string[] =>
  fs.readdirSync(path.join(outDir, 'server'), { recursive: true }) as string[];
const clean = { PATH: process.env.PATH! };

afterEach(stopProcesses);
afterAll(async () => {
  for (const { server } of Object.values(CLOUDS)) if ('stop' in server) await server.stop();
});

describe.each(Object.entries(CLOUDS) as [CloudQueue, Cloud][])(
  'a built server on %s',
  (name, { server, address, env, counts }) => {
    if ('reason' in server)
      console.warn(`\n  !! A built server on ${name} is NOT tested: ${server.reason}\n`);

    test.skipIf('reason' in server)('runs effects with no files but those of dist', async () => {
      if ('reason' in server) return;
      const { outDir, warnings } = await build(
        makeApp(toFiles({ [sdkOf(name)]: '*' })),
        {},
        { effects: [name] },
      );
      expect(warnings).toEqual([]);
      const settings = { ...clean, ...env(server.url), GATI_EFFECTS: address, GATI_WORKERS: '2' };
      const alone = copyAway(outDir);
      const served = await startBuiltServer(alone, settings);
      expect(await call(`${served.url}/mails`, { method: 'POST' })).toMatchObject({
        status: 202,
      });
      await served.waitForOutput(/"msg":"sent"/);
      const entry = path.join(alone, 'dist/server/index.mjs');
      const listed = await runProcess(process.execPath, [entry, 'effects', 'list'], {
        env: settings,
      });
      expect(listed).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(new RegExp(`GATI_EFFECTS_LOOK.*${counts}`)),
      });
      const redriven = await runProcess(process.execPath, [entry, 'effects', 'redrive', '--json'], {
        env: settings,
      });
      expect(JSON.parse(redriven.stdout)).toEqual({ redriven: 0 });
    });

    test('a server that was built without the driver says how to add it', async () => {
      const { outDir } = await build(makeApp(toFiles({ [sdkOf(name)]: '*' })));
      const code = chunksOf(outDir)
        .filter((file) => file.endsWith('.mjs'))
        .map((file) => fs.readFileSync(path.join(outDir, 'server', file), 'utf8'))
        // Every server has the list of queues, with the names of the SDKs.
        .map((text) => text.replaceAll(/\bsdk:[`'"][^`'"]+[`'"]/g, ''));
      expect(
        code.filter((text) => text.includes(sdkOf(name)) || text.includes('ReceiveMessage')),
      ).toEqual([]);
      const entry = path.join(copyAway(outDir), 'dist/server/index.mjs');
      const started = await runProcess(process.execPath, [entry], {
        env: { ...clean, PORT: '0', GATI_EFFECTS: address },
      });
      expect(started.code).toBe(1);
      expect(started.stdout + started.stderr).toContain(`gati({ effects: ['${name}'] })`);
    });

    test('a build fails if package.json lacks the SDK', async () => {
      await expect(build(makeApp(toFiles({})), {}, { effects: [name] })).rejects.toThrow(
        `npm install ${sdkOf(name)}`,
      );
    });
  },
);
