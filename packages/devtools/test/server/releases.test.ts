import fs from 'node:fs';
import path from 'node:path';
import { type Manifest, printManifest, type RouteContract } from '@gati/contract';
import {
  activateRelease,
  openReleaseStore,
  putRelease,
  type ReleaseStore,
} from '@gati/runtime-h3/releases';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { ALL_QUEUES, openQueue } from '@gati/runtime-h3/internal';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTelemetryStore, type TelemetryStore } from '@gati/runtime-h3/collector';
import { FACTS, type PanelServer, startPanel } from '../helpers/panel-server.ts';
import { requestRecord } from '../helpers/records.ts';

let store: ReleaseStore;
let panel: PanelServer;
let telemetry: TelemetryStore;

/** Stores a build with these effects, and activates it. */
async function release(version: string, effects: string[], routes: RouteContract[]): Promise<void> {
  const folder = temporaryFolder('build');
  const manifest: Manifest = {
    format: 1,
    name: 'shop',
    release: {
      version,
      id: `rel_${version.replaceAll('.', '0').padEnd(16, '0')}`,
      code: version.replaceAll('.', '0').padEnd(64, '0'),
    },
    contract: {
      routes,
      effects: effects.map((name) => ({ name, file: `src/effects/${name}.ts` })),
      modules: [],
      $defs: FACTS.$defs,
    },
  };
  fs.mkdirSync(path.join(folder, 'server'));
  fs.writeFileSync(path.join(folder, 'gati.manifest.json'), printManifest(manifest));
  fs.writeFileSync(path.join(folder, 'server/release.mjs'), `// ${version}`);
  await putRelease(store, folder, {});
  await activateRelease(store, version);
}

beforeAll(async () => {
  store = await openReleaseStore(temporaryFolder('store'));
  const queue = await openQueue('memory:', ALL_QUEUES);
  await release(
    '1.0.0',
    ['mail'],
    FACTS.routes.map(({ contract }) => contract!),
  );
  await release('2.0.0', ['mail', 'sms'], []);
  const job = { payload: '{}', priority: 0, runAt: Date.now() };
  await queue.enqueue([
    { ...job, id: 'a', effect: 'sms', release: '2.0.0' },
    { ...job, id: 'b', effect: 'mail', release: '1.0.0' },
  ]);
  telemetry = openTelemetryStore('memory:');
  const time = Date.now() - 1000;
  telemetry.write({
    requests: [1, 2, 3].map(() => requestRecord({ time, version: '2.0.0' })),
    spans: [],
    logs: [],
  });
  panel = await startPanel(telemetry, {
    now: Date.now,
    ports: { releases: { open: async () => store }, queue: { open: async () => queue } },
  });
});
afterAll(() => panel.close());

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
const read = async (path_: string): Promise<any> =>
  JSON.parse((await panel.get(`/_control/api/${path_}`)).text);
// oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
const act = async (name: string, input: object, reason?: string): Promise<any> => {
  const { text: login } = await panel.post('/_control/api/access/code', { code: panel.code });
  const authorization = `Bearer ${JSON.parse(login).token}`;
  const body = { input, ...(reason && { reason }) };
  return JSON.parse(
    (await panel.post(`/_control/api/actions/${name}`, body, { authorization })).text,
  );
};

test('the releases have their status and the requests that each served', async () => {
  expect(await read('releases')).toMatchObject({
    current: '2.0.0',
    rollbackTo: '1.0.0',
    releases: [
      { version: '2.0.0', status: 'live', isCurrent: true, red: { count: 3 } },
      { version: '1.0.0', status: 'live', isCurrent: false, red: { count: 0 } },
    ],
  });
  expect(await read('releases/1.0.0')).toMatchObject({ routes: ['GET /orders/:id'] });
  expect(await read('releases/9.9.9')).toMatchObject({ status: 404, code: 'GATI_RELEASE_UNKNOWN' });
  const diff = await read('releases/diff?before=1.0.0&after=2.0.0');
  expect(diff).toMatchObject({ bump: 'major' });
  expect(diff.changes.map((change: { rule: string }) => change.rule)).toContain('route-removed');
});

test.each([
  ['production', undefined, '2.0.0'],
  ['production', 'latest', undefined],
  ['development', undefined, undefined],
] as const)(
  'in %s, with missingVersion %s, the playground names the version %s in a new request',
  async (mode, missingVersion, expected) => {
    const other = await startPanel(undefined, {
      now: Date.now,
      app: () => ({ ...FACTS, mode, ...(missingVersion && { missingVersion }) }),
      ports: { releases: { open: async () => store } },
    });
    const { text } = await other.get('/_control/api/playground/workspace');
    await other.close();
    expect(JSON.parse(text)).toMatchObject({ versions: ['2.0.0', '1.0.0'] });
    expect(JSON.parse(text).defaultVersion).toBe(expected);
  },
);

test('a rollback gives each client what its reach predicted', async () => {
  const reach = await read('releases/reach?change=rollback');
  expect(reach).toMatchObject({ before: '2.0.0', after: '1.0.0', traffic: [{ count: 3 }] });
  const asks = Object.fromEntries(
    reach.asks.map(({ ask, after }: { ask: string; after: object }) => [ask, after]),
  );
  expect(asks).toMatchObject({
    '': { status: 200, version: '1.0.0' },
    '^1': { status: 200, version: '1.0.0' },
    '^2': { status: 406 },
    '2.0.0': { status: 200, version: '2.0.0' },
  });
  expect(reach.jobs).toEqual([
    { effect: 'sms', release: '2.0.0', count: 1, outcome: 'runs' },
    { effect: 'mail', release: '1.0.0', count: 1, outcome: 'runs' },
  ]);
});

test('a retirement predicts which jobs die', async () => {
  const { after, jobs } = await read('releases/reach?change=retire&version=1.0.0');
  expect(after).toBe('2.0.0');
  expect(jobs).toContainEqual({ effect: 'mail', release: '1.0.0', count: 1, outcome: 'moves' });
});

test('a rollback needs a reason, and the releases that the user saw', async () => {
  const input = { current: '2.0.0', target: '1.0.0' };
  expect(await act('releases.rollback', input)).toMatchObject({ status: 400 });
  expect(await act('releases.rollback', { ...input, current: '1.0.0' }, 'slow')).toMatchObject({
    code: 'changed_meanwhile',
  });
  const both = await Promise.all([1, 2].map(() => act('releases.rollback', input, 'slow')));
  expect(both).toContainEqual({ result: { current: '1.0.0', withdrawn: '2.0.0' } });
  expect(both).toContainEqual(expect.objectContaining({ code: 'changed_meanwhile' }));
  expect(await act('releases.label', { version: '1.0.0', label: 'stable' })).toEqual({
    result: { version: '1.0.0', label: 'stable' },
  });
  expect((await read('releases')).releases[1]).toMatchObject({ label: 'stable' });
  expect(await act('releases.retire', { version: '1.0.0' }, 'old')).toMatchObject({
    code: 'GATI_RELEASE_STATUS',
  });
});

test('an incident file has the releases, their changes and the audit log around a trace', async () => {
  const older = requestRecord({ time: Date.now() - 1000, version: '1.0.0' });
  telemetry.write({ requests: [older], spans: [], logs: [] });
  const { items } = await read('traces?limit=1&version=2.0.0');
  await act('releases.label', { version: '1.0.0', label: 'canary-label' }, 'before the incident');
  const { name, html } = (await act('incidents.write', { traceId: items[0].traceId })).result;
  expect(name).toBe(`incident-${items[0].traceId.slice(0, 12)}.html`);
  for (const text of [
    'Release 2.0.0 beside 1.0.0',
    '<td>GET /orders/:id</td><td>unsure</td><td>1.0.0</td><td>1</td>',
    'Changes from 1.0.0 to 2.0.0',
    'canary-label',
    'before the incident',
  ])
    expect(html).toContain(text);
  expect(await act('incidents.write', { traceId: 'f'.repeat(32) })).toMatchObject({ status: 404 });
  expect((await panel.post('/_control/api/actions/incidents.write', {})).status).toBe(401);
});
