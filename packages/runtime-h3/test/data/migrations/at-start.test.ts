import { createServer, type Socket } from 'node:net';
import { listen } from '@gati/test-kit/ports';
import { until } from '@gati/test-kit/wait';
import { afterAll, expect, test } from 'vitest';
import { createLazyDatabase } from '../../../src/data/database.ts';
import { migrateAtStart } from '../../../src/data/migrations/at-start.ts';
import { createJsonLogger } from '../../../src/telemetry/log/logger.ts';

const sockets: Socket[] = [];
/** A database that ends its first connection, and never responds on the others. */
const server = createServer((socket) => {
  if (sockets.push(socket) === 1) socket.destroy();
  socket.on('error', () => {});
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('checks of the health at the same time open one connection', async () => {
  const url = `postgres://app:secret@127.0.0.1:${await listen(server)}/app`;
  const db = createLazyDatabase('sqlite::memory:', undefined);
  const health = await migrateAtStart({
    files: [{ name: '1_a.sql', sql: 'SELECT 1' }],
    env: { GATI_DATABASE: url, GATI_MIGRATIONS: 'wait' },
    folder: undefined,
    db,
    mode: 'production',
    announce: false,
    logger: createJsonLogger({ level: 'error', write: () => {} }),
    checkInterval: 0,
  });
  const checks = Array.from({ length: 5 }, () => health!());
  await until('a check is connected', () => sockets.length > 1);
  for (const socket of sockets) socket.destroy();
  const reasons = await Promise.all(checks);
  expect(sockets).toHaveLength(2);
  expect(new Set(reasons).size).toBe(1);
  expect(reasons[0]).toMatch(/can't be reached/);
  await db.dispose();
});
