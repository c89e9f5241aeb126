import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { POD_GATEWAY, POD_NETWORK } from '../cluster/node.ts';
import { startPostgres } from '../servers/postgres.ts';
import type { TestServer } from '../servers/process.ts';
import { createPodsApp, findPods, type PodsApp } from './helpers/app.ts';

const pods = findPods();
const HBA = `local all all trust
host all all 127.0.0.1/32 trust
host all all ${POD_NETWORK} trust
`;

/** Starts PostgreSQL where pods reach it. */
async function startShared(): Promise<TestServer | { reason: string }> {
  const file = path.join(temporaryFolder('hba'), 'pg_hba.conf');
  fs.writeFileSync(file, HBA);
  for (let folder = path.dirname(file); folder !== os.tmpdir(); folder = path.dirname(folder))
    fs.chmodSync(folder, 0o755);
  return startPostgres({
    settings: [`hba_file=${file}`, `listen_addresses=127.0.0.1,${POD_GATEWAY}`],
  });
}

const database = pods ? await startShared() : { reason: 'there is no cluster' };
if (pods && 'reason' in database)
  process.stderr.write(`\n  !! NO MIGRATION was tried in a cluster: ${database.reason}\n\n`);

describe.skipIf('reason' in database)('a release with migrations', () => {
  let app: PodsApp;
  const write = (name: string, sql: string): void => {
    const file = path.join(app.folder, 'src/migrations', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, sql);
  };
  const jobs = async (): Promise<unknown[]> =>
    (await app.client.list(`apis/batch/v1/namespaces/${app.namespace}/jobs`)).map(
      ({ status }) => (status as { succeeded?: number }).succeeded ?? 0,
    );

  beforeAll(() => {
    const url = (database as TestServer).url.replace('127.0.0.1', POD_GATEWAY);
    app = createPodsApp(pods!, 'migrations', `env: { GATI_DATABASE: '${url}' }\n`);
  });
  afterAll(async () => await (database as TestServer).stop());

  test('applies them before its pods start, once', async () => {
    write('0001_orders.sql', 'CREATE TABLE orders (id TEXT PRIMARY KEY);');
    await app.build();
    const first = await app.deploy('kubernetes');
    expect(first, first.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(await jobs()).toEqual([1]);
    expect(await app.deploy('kubernetes')).toMatchObject({ document: { result: 'unchanged' } });
  });

  test('does not start when one fails, and its error says why', async () => {
    write('0002_items.sql', 'ALTER TABLE carts ADD COLUMN items TEXT;');
    await app.build();
    const failed = await app.deploy('kubernetes');
    expect(failed, failed.stderr).toMatchObject({ code: 1, document: { result: 'rolled-back' } });
    expect(failed.document.errors![0]).toMatchObject({
      message: expect.stringMatching(/0002_items\.sql.*relation "carts" does not exist/) as string,
      fix: expect.stringMatching(/Correct the migration/) as string,
    });
    expect(failed.document.causes![0]!.logs.join('\n')).toContain('GATI_MIGRATE');
    // No pod of the release was created.
    expect((await app.deploy('status')).document.revisions).toHaveLength(1);
    const again = await app.deploy('kubernetes');
    expect(again).toMatchObject({ code: 1, document: { result: 'rolled-back' } });
    write('0002_items.sql', 'ALTER TABLE orders ADD COLUMN items TEXT;');
    await app.build();
    const mended = await app.deploy('kubernetes');
    expect(mended, mended.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
  });

  test('may break the live release only with --allow-major', async () => {
    app.edit(/.*export const route.*/, "export const route = 'GET /hi/:name';");
    await app.build();
    const line = app.auditLength();
    const broken = await app.deploy('kubernetes');
    expect(broken.document.errors![0]).toMatchObject({ code: 'GATI_DEPLOY_CONTRACT' });
    expect(broken.code).toBe(1);
    expect(app.writesSince(line)).toEqual([]);
    const allowed = await app.deploy('kubernetes', '--allow-major');
    expect(allowed, allowed.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
  });
});
