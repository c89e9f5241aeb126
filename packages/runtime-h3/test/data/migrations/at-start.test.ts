import { createServer, type Socket } from 'node:net';
import { listen } from '@gati/test-kit/ports';
import { until } from '@gati/test-kit/wait';
import { afterAll, expect, test } from 'vitest';
import { createLazyDatabase } from '../../../src/data/database.ts';
import { migrateAtStart } from '../../../src/data/migrations/at-start.ts';
import { createJsonLogger } from '../../../src/telemetry/log/logger.ts';
import { addUpEnded } from '../../../src/telemetry/export/add-up.ts';
import { databaseMigrationMetrics } from '../../../src/telemetry/record/migration-stats.ts';
import { createTracer } from '../../../src/telemetry/trace/create-tracer.ts';

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

interface Line {
  msg?: string;
  span?: { traceId: string; spanId: string };
}

/** Applies migrations to a database in memory, as a production server does. */
async function apply(files: { name: string; sql: string }[]): Promise<Line[]> {
  const lines: string[] = [];
  const write = (text: string): number => lines.push(...text.trimEnd().split('\n'));
  const logger = createJsonLogger({ level: 'info', write });
  const env = { OTEL_TRACES_SAMPLER: 'always_on' };
  const { tracer, close } = createTracer({ sink: write, logger, env });
  const db = createLazyDatabase('sqlite::memory:', undefined);
  try {
    await migrateAtStart({
      files,
      env: { GATI_DATABASE: 'sqlite::memory:' },
      folder: undefined,
      db,
      mode: 'production',
      announce: true,
      logger: tracer.traceLogger(logger),
      tracer,
    });
  } catch (error) {
    lines.push(JSON.stringify({ thrown: (error as { code?: string }).code }));
  }
  close();
  await db.dispose();
  return lines.map((line) => JSON.parse(line) as Line);
}

test('a migration at the start appears in the log and the metrics, and is a separate trace', async () => {
  const name = '1_at_start.sql';
  const lines = await apply([{ name, sql: 'CREATE TABLE a (id INTEGER)' }]);
  const line = lines.find(({ msg }) => msg === 'migration applied')!;
  const span = lines.find((each) => each.span)!.span!;
  expect(line).toMatchObject({ migration: name, traceId: span.traceId, spanId: span.spanId });
  expect(span).toMatchObject({
    name: `migrate ${name}`,
    attributes: { 'db.system.name': 'sqlite', 'gati.database.migration': name },
  });
  const metric = databaseMigrationMetrics().find((each) => each.name === name)!;
  expect(metric.count).toBeGreaterThan(0);
  const worker = { inflight: 0, routes: [], limits: {}, databaseMigrations: [metric] };
  expect(addUpEnded([worker, worker]).databaseMigrations).toEqual([
    { name, count: metric.count * 2 },
  ]);
});

test('a migration that fails at the start is a failed trace, and is not counted', async () => {
  const lines = await apply([{ name: '1_fails.sql', sql: 'CREATE NOTHING' }]);
  expect(lines.find((each) => each.span)!.span).toMatchObject({
    name: 'migrate 1_fails.sql',
    error: 'GATI_MIGRATE',
  });
  expect(lines).toContainEqual({ thrown: 'GATI_MIGRATE' });
  expect(databaseMigrationMetrics().map(({ name }) => name)).not.toContain('1_fails.sql');
});
