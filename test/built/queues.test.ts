import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { stopProcesses, runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { startPostgres } from '../servers/postgres.ts';
import type { Missing, TestServer } from '../servers/process.ts';
import { startRedis } from '../servers/redis.ts';

const servers: Record<string, TestServer | Missing> = {
  PostgreSQL: await startPostgres(),
  Redis: await startRedis(),
};

/** A built server without `node_modules` has the drivers of PostgreSQL and Redis: `GATI_EFFECTS` is read when it starts. */
describe('a built server alone', () => {
  const env = { ...process.env, VITEST: undefined, NODE_ENV: undefined } as NodeJS.ProcessEnv;
  let alone: string;

  beforeAll(async () => {
    const app = copyApp('templates/payments');
    await runOrThrow(
      process.execPath,
      [path.join(root, 'node_modules/vite/bin/vite.js'), 'build'],
      {
        cwd: app,
        env,
      },
    );
    alone = temporaryFolder('alone');
    fs.cpSync(path.join(app, 'dist'), path.join(alone, 'dist'), { recursive: true });
    fs.rmSync(app, { recursive: true, force: true });
  });
  afterEach(stopProcesses);
  afterAll(async () => {
    for (const server of Object.values(servers)) if ('stop' in server) await server.stop();
    fs.rmSync(alone, { recursive: true, force: true });
  });

  for (const [name, queue] of Object.entries(servers)) {
    if ('reason' in queue) console.warn(`SKIPPED, a built server on ${name}: ${queue.reason}`);
    test.skipIf('reason' in queue)(`runs its effects on ${name}`, async () => {
      if ('reason' in queue) return;
      const server = await startBuiltServer(alone, {
        PATH: process.env['PATH'],
        GATI_EFFECTS: queue.url,
        GATI_WORKERS: '2',
      });
      const capture = `${server.url}/payments/p1/capture`;
      expect(await call(capture, { method: 'POST', body: { amount: 5 } })).toMatchObject({
        status: 202,
      });
      await server.waitForOutput(/"captured"/);
    });
  }
});
