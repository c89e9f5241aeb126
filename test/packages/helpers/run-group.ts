import fs from 'node:fs';
import path from 'node:path';
import { runProcess } from '@gati/test-kit/processes';
import { type ServerProcess, startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import type { Case } from './cases.ts';

/** The environment without the variables that Vitest sets, which Vite would read. */
const ENV = { ...process.env, VITEST: undefined, NODE_ENV: undefined, CI: undefined };
/** Milliseconds for one request: the first of a route in development loads the package. */
const REQUEST_LIMIT = 60_000;

export interface GroupResult {
  /** By name of the case. */
  responses: Map<string, { development: Answer; built: Answer }>;
  /** Names of the packages that the build kept beside the server. */
  kept: string[];
}

/** Status and body of a response. A build that failed has status 0 and its output as the body. */
interface Answer {
  status: number;
  body: string;
}

/** Requests each route in development and from a build, whose folder was moved. */
export async function runGroup(app: string, cases: Case[]): Promise<GroupResult> {
  writeHandlers(app, cases);
  const dev = await startDevServer(app, ENV, ['npx', '--no-install', 'vite']);
  const development = await request(dev.url, cases);
  await dev.stop();
  const built = await requestBuilt(app, cases);
  return {
    responses: new Map(
      cases.map(({ name }) => [
        name,
        { development: development.get(name)!, built: built.responses.get(name)! },
      ]),
    ),
    kept: built.kept,
  };
}

interface Built {
  responses: Map<string, Answer>;
  kept: string[];
}

/**
 * Builds all cases and requests them from the built server. When that fails, builds each alone, to find
 * the cases that fail.
 */
async function requestBuilt(app: string, cases: Case[]): Promise<Built> {
  writeHandlers(app, cases);
  const all = await buildAndRequest(app, cases);
  if ('responses' in all) return all;
  if (cases.length === 1)
    return { responses: new Map([[cases[0]!.name, { status: 0, body: all.reason }]]), kept: [] };
  const built: Built = { responses: new Map(), kept: [] };
  for (const each of cases) {
    const { responses, kept } = await requestBuilt(app, [each]);
    for (const [name, answer] of responses) built.responses.set(name, answer);
    built.kept.push(...kept);
  }
  return built;
}

async function buildAndRequest(app: string, cases: Case[]): Promise<Built | { reason: string }> {
  const { code, stdout, stderr } = await runProcess('npx', ['--no-install', 'vite', 'build'], {
    cwd: app,
    env: { ...ENV, NO_COLOR: '1' },
  });
  if (code !== 0) return { reason: `${stdout}\n${stderr}` };
  const moved = temporaryFolder('packages-moved');
  fs.renameSync(path.join(app, 'dist'), path.join(moved, 'dist'));
  let server: ServerProcess;
  try {
    server = await startBuiltServer(moved, { PATH: process.env['PATH'], WORKERS: '1' });
  } catch (error) {
    return { reason: String(error) };
  }
  const responses = await request(server.url, cases);
  await server.stop();
  for (const line of server.stdout.split('\n').filter((text) => text.includes('"level":"error"')))
    process.stderr.write(`${line.replaceAll('\\n', '\n')}\n`);
  const manifest = JSON.parse(
    fs.readFileSync(path.join(moved, 'dist/gati.manifest.json'), 'utf8'),
  ) as { native?: { packages: { name: string }[] } };
  return { responses, kept: manifest.native?.packages.map(({ name }) => name) ?? [] };
}

function writeHandlers(app: string, cases: Case[]): void {
  const handlers = path.join(app, 'src/handlers');
  fs.rmSync(handlers, { recursive: true, force: true });
  fs.mkdirSync(handlers, { recursive: true });
  for (const { name, source } of cases) fs.writeFileSync(path.join(handlers, `${name}.ts`), source);
}

async function request(url: string, cases: Case[]): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  for (const { name } of cases) {
    const answer = await fetch(`${url}/${name}`, { signal: AbortSignal.timeout(REQUEST_LIMIT) })
      .then(async (response) => ({ status: response.status, body: await response.text() }))
      .catch((error: Error) => ({ status: 0, body: String(error.cause ?? error) }));
    answers.set(name, answer);
  }
  return answers;
}
