// Effect of enqueueing on other requests: `npm run enqueue -- [--seconds 10] [--rounds 3] [--json]`
// One worker serves GETs and POSTs, each at a steady rate. The POSTs enqueue a job, or do everything
// except for that.
import http from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { viteBuild } from './lib/request-app.mjs';
import { freshFolder, write } from './lib/app.mjs';
import { median, percentile, report, round, sleep } from './lib/measure.mjs';
import { freePort } from './lib/port.mjs';
import { startServer } from './lib/process.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    gets: { type: 'string', default: '200' },
    posts: { type: 'string', default: '300' },
    json: { type: 'boolean' },
  },
});
const milliseconds = Number(values.seconds) * 1000;

async function buildApp() {
  const dir = freshFolder('enqueue');
  write(
    dir,
    'package.json',
    JSON.stringify({ name: 'enqueue', version: '1.0.0', private: true, type: 'module' }),
  );
  write(
    dir,
    'vite.config.ts',
    "import gati from 'vite-plugin-gati';\n\nexport default { plugins: [gati()], logLevel: 'warn' };\n",
  );
  write(
    dir,
    'src/effects/mail.ts',
    'export async function run(_payload: { to: string }): Promise<void> {}\n',
  );
  write(
    dir,
    'src/handlers/ping.get.ts',
    'export const handler: Handler = async () => ({ ok: true });\n',
  );
  const post = (route, work) =>
    `export const route = 'POST /${route}';

export type Body = { to: string };

export const handler: Handler<typeof route> = async (req, res, gctx) => {
  ${work}
  return res.json({ to: req.body.to });
};
`;
  write(dir, 'src/handlers/plain.ts', post('plain', 'void gctx;'));
  write(
    dir,
    'src/handlers/queued.ts',
    post('queued', "await gctx.effects.enqueue('mail', { to: req.body.to });"),
  );
  await viteBuild(dir);
  return dir;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
const body = JSON.stringify({ to: 'ada@example.org' });

/** Milliseconds until the response has arrived completely. */
function call(url, method) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const headers =
      method === 'POST'
        ? { 'content-type': 'application/json', 'content-length': body.length }
        : {};
    const request = http.request(url, { method, agent, headers }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 200
          ? resolve(performance.now() - begun)
          : reject(new Error(`${url}: ${response.statusCode}`)),
      );
    });
    request.once('error', reject);
    request.end(method === 'POST' ? body : undefined);
  });
}

/** Sends requests at a steady rate, without waiting for earlier responses. */
async function steady(url, method, rate) {
  const calls = [];
  const begun = performance.now();
  for (let passed = 0; passed < milliseconds; passed = performance.now() - begun) {
    while (calls.length < (passed * rate) / 1000) calls.push(call(url, method));
    await sleep(1);
  }
  return Promise.all(calls);
}

const dir = await buildApp();
const server = await startServer(process.execPath, [path.join(dir, 'dist/server/index.mjs')], {
  cwd: dir,
  env: {
    ...process.env,
    // The panel, and its telemetry, are measured by themselves.
    GATI_PANEL: 'off',
    NODE_ENV: 'production',
    PORT: String(await freePort()),
    GATI_WORKERS: '1',
    GATI_EFFECTS: `sqlite:${path.join(dir, 'effects.db')}`,
  },
});
const rows = [];
try {
  const samples = { plain: [], queued: [] };
  for (let turn = 0; turn <= Number(values.rounds); turn++) {
    for (const route of Object.keys(samples)) {
      const [gets, posts] = await Promise.all([
        steady(`${server.url}/ping`, 'GET', Number(values.gets)),
        steady(`${server.url}/${route}`, 'POST', Number(values.posts)),
      ]);
      if (turn > 0)
        samples[route].push({
          get: percentile(gets, 99),
          half: median(gets),
          post: percentile(posts, 99),
        });
      await sleep(1000); // lets queued jobs end; the first turn warms up
    }
  }
  for (const [route, turns] of Object.entries(samples)) {
    rows.push({
      'POSTs that': route === 'plain' ? 'respond' : 'enqueue and respond',
      'GET p50 ms': round(median(turns.map(({ half }) => half))),
      'GET p99 ms': round(median(turns.map(({ get }) => get))),
      'POST p99 ms': round(median(turns.map(({ post }) => post))),
    });
  }
} finally {
  await server.stop();
  agent.destroy();
}
report(
  `${values.gets} GETs per second beside ${values.posts} POSTs per second, one worker, SQLite with synchronous=FULL`,
  rows,
);
