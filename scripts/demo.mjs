// `npm run demo`: installs, builds, starts playground/payments, shows one request and its response, and
// serves until Ctrl-C. `PORT` sets the port.
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  bin,
  buildPackages,
  ensureInstalled,
  fail,
  needNode,
  root,
  run,
  say,
  start,
  step,
} from './lib/steps.mjs';

const app = path.join(root, 'playground/payments');

needNode();
await ensureInstalled();
await buildPackages();
await step('build playground/payments', () =>
  run(process.execPath, [bin('vite/bin/vite.js'), 'build', '--logLevel', 'warn'], { cwd: app }),
);

const server = start(process.execPath, ['dist/server/index.mjs'], {
  cwd: app,
  env: { ...process.env, PORT: process.env.PORT ?? '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
server.on('exit', (code) => process.exit(code ?? 0));

const lines = createInterface({ input: server.stdout });
const startTimer = setTimeout(
  () => fail('The server did not start to listen within 30 s.'),
  30_000,
);
const url = await new Promise((resolve) => {
  lines.on('line', (line) => {
    const found = urlOf(line);
    if (found) resolve(found);
    else say(line);
  });
});
clearTimeout(startTimer);

const route = `${url}/payments/p1/capture`;
const headers = { 'content-type': 'application/json' };
const body = JSON.stringify({ amount: 50 });
const response = await fetch(route, { method: 'POST', headers, body });

process.stdout.write(`
Gati's payments example is running.

  page       ${url}/
  API        ${url}/payments/:id/capture   ${path.relative(process.cwd(), path.join(app, 'src/handlers/payments/capture.ts'))}
  OpenAPI    ${path.relative(process.cwd(), path.join(app, 'dist/openapi.json'))}

$ curl -i ${route} -H 'content-type: application/json' -d '${body}'
${response.status} ${response.statusText}
${await response.text()}

Press Ctrl-C to stop it.
`);

/** The origin in the log line of a server that listens; `undefined` for other lines. */
function urlOf(line) {
  try {
    const { msg, url } = JSON.parse(line);
    return msg === 'listening' ? url.replace(/\/$/, '') : undefined;
  } catch {
    return undefined;
  }
}
