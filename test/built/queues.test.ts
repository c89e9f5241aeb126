import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import {
  type ProcessResult,
  runOrThrow,
  runProcess,
  stopProcesses,
} from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
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

const MIGRATIONS = {
  '1_shops.sql': 'CREATE TABLE shops (id INTEGER PRIMARY KEY);',
  '2_first.sql': 'INSERT INTO shops (id) VALUES (1);',
};

/** The build contains the drivers of PostgreSQL and Redis: `GATI_EFFECTS` is read at start. */
describe('a built server without node_modules', () => {
  let folder: string;

  beforeAll(async () => {
    const app = copyApp('playground/payments');
    fs.mkdirSync(path.join(app, 'src/migrations'));
    for (const [name, sql] of Object.entries(MIGRATIONS))
      fs.writeFileSync(path.join(app, 'src/migrations', name), sql);
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

  test.each(['SQLite', 'PostgreSQL'])(
    'four processes migrate %s at the same time, and each file is applied once',
    async (name) => {
      const server = servers[name];
      if (server && 'reason' in server) return;
      const GATI_DATABASE = server?.url ?? `sqlite:${path.join(folder, 'migrated.db')}`;
      const migrate = (...args: string[]): Promise<ProcessResult> =>
        runProcess(
          process.execPath,
          [path.join(folder, 'dist/server/index.mjs'), 'migrate', '--json', ...args],
          // Node 20 finds libsql there.
          { cwd: root, env: { ...env, GATI_DATABASE } },
        );
      expect(await migrate('--status')).toMatchObject({ code: 1 });
      const all = await Promise.all([migrate(), migrate(), migrate(), migrate()]);
      expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
      const applied = all.map(
        ({ stdout }) => (JSON.parse(stdout) as { applied: { name: string }[] }).applied,
      );
      expect(applied.flat().map((migration) => migration.name)).toEqual(Object.keys(MIGRATIONS));
      expect(applied.filter((list) => list.length > 0)).toHaveLength(1);
      expect(await migrate('--status')).toMatchObject({ code: 0 });
    },
  );
});
