// CPU time and memory that many live releases cost:
// `npm run versions -- [--releases 20] [--rounds 5] [--requests 20000] [--json]`
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { activateRelease, openReleaseStore, putRelease } from '@gati/runtime-h3/releases';
import { IncomingRequest } from '../packages/runtime-h3/src/app/request/incoming.ts';
import { VersionTable } from '../packages/runtime-h3/src/app/versions/table.ts';
import { freshFolder } from './lib/app.mjs';
import { load } from './lib/load.mjs';
import { median, report, round } from './lib/measure.mjs';
import { freePort } from './lib/port.mjs';
import { cpuOf, startServer } from './lib/process.mjs';
import { buildRequestApp } from './lib/request-app.mjs';

const { values } = parseArgs({
  options: {
    releases: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '20000' },
    json: { type: 'boolean' },
  },
});
const releases = Number(values.releases);
const count = Number(values.requests);
const versions = Array.from({ length: releases }, (_, index) => `0.${index + 1}.0`);

const app = await buildRequestApp();
const store = path.join(freshFolder('versions'), 'store');
const day = (index) => `2026-01-${String(index + 1).padStart(2, '0')}T00:00:00Z`;

/** Stores the same app under another version and id, in separate files as for real releases. */
async function put(opened, version, index) {
  const folder = freshFolder('versions-dist');
  fs.cpSync(path.join(app, 'dist'), folder, { recursive: true });
  const { release } = JSON.parse(fs.readFileSync(path.join(folder, 'gati.manifest.json'), 'utf8'));
  const id = `rel_${version.replaceAll('.', '').padStart(16, '0')}`;
  for (const name of fs.readdirSync(folder, { recursive: true })) {
    const file = path.join(folder, name);
    if (!/\.(?:mjs|json)$/.test(name)) continue;
    const text = fs.readFileSync(file, 'utf8');
    const other = text
      .replaceAll(release.id, id)
      .replace(/(["'`]?version["'`]?:\s*)(["'`])1\.0\.0\2/g, `$1"${version}"`);
    if (other !== text) fs.writeFileSync(file, other);
  }
  await putRelease(opened, folder, { at: day(index) });
  await activateRelease(opened, version);
}

const rssOf = (pid) => {
  const children = fs
    .readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  return children.reduce(
    (sum, child) =>
      sum + Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child}/status`, 'utf8'))[1]),
    0,
  );
};

const servers = {};
const start = async (more = {}) =>
  startServer(process.execPath, [path.join(app, 'dist/server/index.mjs')], {
    env: {
      ...process.env,
      // The panel, and its telemetry, are measured by themselves.
      GATI_PANEL: 'off',
      NODE_ENV: 'production',
      PORT: String(await freePort()),
      GATI_WORKERS: '1',
      ...more,
    },
  });
try {
  servers.one = await start();
  const opened = await openReleaseStore(store);
  for (const [index, version] of versions.entries()) await put(opened, version, index);
  servers.many = await start({ GATI_RELEASES: store, GATI_CACHE: freshFolder('versions-cache') });

  const sendLoad = (server, version) =>
    load(server.url, {
      path: '/users/42',
      headers: version === undefined ? {} : { 'X-API-Version': version },
      count,
    });
  const cases = {
    'one live release, no version': [servers.one, undefined],
    'one live release, its version': [servers.one, '1.0.0'],
    [`${releases + 1} live, an exact version`]: [servers.many, '1.0.0'],
    [`${releases + 1} live, another exact version`]: [servers.many, versions[0]],
    [`${releases + 1} live, a range`]: [servers.many, '^0.20'],
    [`${releases + 1} live, a date`]: [servers.many, '2026-01-05'],
  };
  const before = rssOf(servers.many.pid);
  for (const version of versions) {
    const statuses = await load(servers.many.url, {
      path: '/users/42',
      headers: { 'X-API-Version': version },
      connections: 1,
      count: 1,
    });
    if (statuses['200'] !== 1) throw new Error(`${version}: ${JSON.stringify(statuses)}`);
  }
  const after = rssOf(servers.many.pid);

  // Call every route first. A server that has only ever served one route runs code that the
  // engine has optimised for that route.
  for (const server of Object.values(servers)) {
    for (let route = 0; route < 48; route++) {
      await load(server.url, {
        path: `/d${route % 12}/things${route}/1`,
        headers: { 'X-API-Version': '1.0.0' },
        count: 300,
      });
    }
  }

  const samples = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let turn = 0; turn <= Number(values.rounds); turn++) {
    for (const [name, [server, version]] of Object.entries(cases)) {
      const used = cpuOf(server.pid);
      const statuses = await sendLoad(server, version);
      if (statuses['200'] !== count) throw new Error(`${name}: ${JSON.stringify(statuses)}`);
      if (turn > 0) samples[name].push((cpuOf(server.pid) - used) / count); // the first turn warms up
    }
  }
  const base = samples['one live release, its version'];
  report(
    'CPU time per request, as a ratio to one live release that is requested by its version, in the same round (median)',
    Object.entries(samples).map(([name, all]) => ({
      case: name,
      µs: round(median(all), 1),
      ratio: round(median(all.map((value, index) => value / base[index]))),
    })),
  );
  report('Memory of a loaded, idle release', [
    { releases: releases - 1, 'kB each': round((after - before) / (releases - 1), 0) },
  ]);
  report('Choosing the release only', resolverRows());
} finally {
  for (const server of Object.values(servers)) await server.stop();
}

function resolverRows() {
  const release = (version, index) => ({
    version,
    id: version,
    date: day(index),
    status: 'live',
    route: () => ({}),
    bundle: () => undefined,
  });
  const tableOf = (all) =>
    new VersionTable({ list: all.map(release) }, { base: '', missing: 'choose', lenient: false });
  const cases = {
    'one live, no version': [tableOf(['1.0.0']), {}],
    'many live, exact': [tableOf(versions), { 'x-api-version': versions[3] }],
    'many live, range': [tableOf(versions), { 'x-api-version': '^0.4' }],
    'many live, date': [tableOf(versions), { 'x-api-version': '2026-01-03' }],
  };
  return Object.entries(cases).map(([name, [table, headers]]) => {
    const exchange = { method: 'GET', target: '/users/42', header: (field) => headers[field] };
    const run = (times) => {
      let sum = 0;
      for (let n = 0; n < times; n++)
        sum += table.choose(new IncomingRequest({ base: '' }, exchange, undefined), 'GET').status;
      return sum;
    };
    run(200_000);
    const from = process.cpuUsage();
    run(1_000_000);
    const { user, system } = process.cpuUsage(from);
    return { case: name, 'ns per request': round((user + system) / 1000, 0) };
  });
}
