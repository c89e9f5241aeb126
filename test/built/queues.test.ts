import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { startPostgres } from '../servers/postgres.ts';
import type { Missing, TestServer } from '../servers/process.ts';
import { startRedis } from '../servers/redis.ts';
import { env, VITE } from './helpers/commands.ts';

const servers: Record<string, TestServer | Missing> = {
  PostgreSQL: await startPostgres(),
  Redis: await startRedis(),
};

/** The build contains the drivers of PostgreSQL and Redis: `GATI_EFFECTS` is read at start. */
describe('a built server without node_modules', () => {
  let folder: string;

  beforeAll(async () => {
    const app = copyApp('playground/payments');
    await runOrThrow(process.execPath, [VITE, 'build'], { cwd: app, env });
    folder = temporaryFolder('queues');
    fs.cpSync(path.join(app, 'dist'), path.join(folder, 'dist'), { recursive: true });
  });
  afterEach(stopProcesses);
  afterAll(async () => {
    for (const server of Object.values(servers)) if ('stop' in server) await server.stop();
  });

  for (const [name, queue] of Object.entries(servers)) {
    if ('reason' in queue) console.warn(`SKIPPED, a built server on ${name}: ${queue.reason}`);
    test.skipIf('reason' in queue)(`runs its effects on ${name}`, async () => {
      if ('reason' in queue) return;
      const server = await startBuiltServer(folder, {
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
