import { openTelemetryStore } from '@gati/runtime-h3/collector';
import { expect, test } from 'vitest';
import { ENDPOINTS } from '../../src/server/endpoints/all.ts';
import { startPanel } from '../helpers/panel-server.ts';
import { requestRecord } from '../helpers/records.ts';

const SECRET = 'canary-secret';
const CONNECTION = `postgres://user:${SECRET}@db.internal/shop`;

test('CVE-2025-55190: no endpoint and no action repeats the error of a part of the app', async () => {
  const fail = (): never => {
    throw new Error(`connect to ${CONNECTION} failed`);
  };
  const store = openTelemetryStore('memory:');
  const trace = requestRecord();
  store.write({ requests: [trace], spans: [], logs: [] });
  const panel = await startPanel(store, {
    ports: {
      queue: { open: async () => fail() },
      releases: { open: async () => fail() },
      operator: {
        measure: async () => fail(),
        health: async () => fail(),
        settings: async () => fail(),
        operate: async () => fail(),
      },
      traps: {
        list: async () => fail(),
        get: async () => fail(),
        add: async () => fail(),
        remove: async () => fail(),
      },
      errors: { decide: async () => fail() },
    },
  });
  const { token } = JSON.parse(
    (await panel.post('/_control/api/access/code', { code: panel.code })).text,
  ) as { token: string };
  const authorization = `Bearer ${token}`;
  const failed: string[] = [];
  const check = ({ status, text }: { status: number; text: string }, what: string): void => {
    expect(text, what).not.toContain(SECRET);
    if (status === 500) failed.push(what);
  };
  for (const { path } of ENDPOINTS) {
    const address = `/_control/api/${path.replace(':id', trace.traceId)}`;
    check(await panel.get(address, { headers: { authorization } }), path);
  }
  const { actions } = JSON.parse(
    (await panel.get('/_control/api/actions', { headers: { authorization } })).text,
  ) as { actions: { name: string; schema: { required?: string[] } }[] };
  const values: Record<string, unknown> = {
    id: 'f'.repeat(16),
    current: '1.0.0',
    target: '0.9.0',
    version: '1.0.0',
    workers: 2,
    where: {},
  };
  for (const { name, schema } of actions) {
    const input = Object.fromEntries((schema.required ?? []).map((key) => [key, values[key]]));
    const body = { input, reason: `why ${CONNECTION}` };
    check(await panel.post(`/_control/api/actions/${name}`, body, { authorization }), name);
  }
  // The errors did come up.
  expect(failed).toEqual(expect.arrayContaining(['effects/jobs', 'releases', 'errors.mute']));
  const audit = await panel.get('/_control/api/access/audit', { headers: { authorization } });
  expect(audit.text).toContain('errors.mute');
  expect(audit.text).not.toContain(SECRET);
  await panel.close();
});
