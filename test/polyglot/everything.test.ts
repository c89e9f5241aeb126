import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { eventually, until } from '@gati/test-kit/wait';
import { importBaseImage } from '../docker/helpers/base-image.mjs';
import { startEngine } from '../docker/helpers/engine.mjs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const TOOLS = { python3: '--version', go: 'version', rustc: '--version' };
const missing = Object.entries(TOOLS)
  .filter(([tool, argument]) => spawnSync(tool, [argument]).status !== 0)
  .map(([tool]) => tool);
if (missing.length > 0)
  process.stderr.write(
    `\n  !! ${missing.join(', ')} is missing: modules in Python, Go, Rust and WebAssembly were NOT run.\n\n`,
  );

const VITE = path.join(root, 'node_modules/vite/bin/vite.js');
const CLI = path.join(root, 'packages/vite-plugin-gati/dist/cli.mjs');
const ANSWER = {
  typescript: 'Vite',
  npm: 'etiv',
  isolated: 'etiv',
  python: 0.04,
  go: 'Hello vite',
  rust: 3,
  mcp: 'quick',
  wasm: 'ivgr',
};
/**
 * Calls that have a span. Functions of `src/modules` and of packages in the same process have none.
 */
const CALLS = [
  'apart.reverse',
  'counter.count',
  'greeter.greet',
  'lookup.meaning',
  'rot.rot13',
  'scorer.score',
];

interface Trace {
  spans: { name: string }[];
}

describe.skipIf(missing.length > 0)('one request that calls a module of each kind', () => {
  let app: string;
  const env = { ...process.env, CI: '', GATI_WORKERS: '1', OTEL_TRACES_SAMPLER: 'always_on' };

  beforeAll(async () => {
    app = createApp();
    await runOrThrow(process.execPath, [CLI, 'generate'], { cwd: app, env });
  });
  afterEach(() => stopProcesses());
  afterAll(() => stopProcesses());

  test('has one response and one trace in development', async () => {
    const vite = [process.execPath, VITE];
    const server = await startDevServer(app, env, vite);
    const id = await askEverything(server.url, () => server.stdout);
    await expectTrace(
      async () =>
        (await runOrThrow(process.execPath, [CLI, 'trace', id, '--json'], { cwd: app, env }))
          .stdout,
    );
  });

  test('has one response and one trace from the build, also after a swap and a restart', async () => {
    await runOrThrow(process.execPath, [VITE, 'build', '--logLevel', 'warn'], { cwd: app, env });
    const own = { ...env, GATI_TELEMETRY: `sqlite:${path.join(app, 'telemetry.db')}` };
    let server = await startBuiltServer(app, own);
    const id = await askEverything(server.url, () => server.stdout);
    const entry = path.join(app, 'dist/server/index.mjs');
    await expectTrace(
      async () =>
        (await runOrThrow(process.execPath, [entry, 'trace', id, '--json'], { cwd: app, env: own }))
          .stdout,
    );
    const sources: Record<string, string> = {};
    for (const [name, kind, file, copy] of COPIES) {
      fs.cpSync(path.join(app, 'dist/modules', file), path.join(app, 'dist/modules', copy));
      sources[name] = `${kind}:./modules/${copy}`;
    }
    // The swaps run at the same time, because one file stores the sources of all modules.
    await Promise.all(
      Object.entries(sources).map(([name, source]) =>
        runOrThrow(process.execPath, [entry, 'modules', 'swap', name, source], {
          cwd: app,
          env: own,
        }),
      ),
    );
    await askEverything(server.url, () => server.stdout);
    await server.stop();
    server = await startBuiltServer(app, own);
    await askEverything(server.url, () => server.stdout);
    const list = await runOrThrow(process.execPath, [entry, 'modules', 'list', '--json'], {
      cwd: app,
      env: own,
    });
    const { modules } = JSON.parse(list.stdout) as { modules: { name: string; source: string }[] };
    const running = modules.filter(({ name }) => Object.hasOwn(sources, name));
    expect(Object.fromEntries(running.map(({ name, source }) => [name, source]))).toEqual(sources);
  });

  test('has one response and one trace in the container', async (context) => {
    const engine = await startEngine();
    if ('reason' in engine) {
      process.stderr.write(`\n  !! No Docker engine: ${engine.reason}\n\n`);
      return context.skip(engine.reason);
    }
    const docker = (...args: string[]): string => engine.docker(args).trim();
    let container = '';
    try {
      await runOrThrow(process.execPath, [VITE, 'build', '--logLevel', 'warn'], { cwd: app, env });
      const base = importBaseImage(engine, path.join(root, '.cache/docker'));
      const tag = 'gati-test-polyglot';
      docker('build', '--build-arg', `BASE=${base}`, '--tag', tag, path.join(app, 'dist'));
      // The base contains Node only. Python comes from this machine.
      const flags = `--publish 127.0.0.1::3000 --read-only --tmpfs /tmp --cap-drop ALL
        --volume /usr:/usr:ro --env GATI_WORKERS=1 --env OTEL_TRACES_SAMPLER=always_on`;
      container = docker('run', '--detach', ...flags.split(/\s+/), tag);
      const url = `http://${docker('port', container, '3000')}`;
      const id = await askEverything(url, () => docker('logs', container));
      await expectTrace(() =>
        docker('exec', container, 'node', 'server/index.mjs', 'trace', id, '--json'),
      );
    } finally {
      if (container !== '') docker('rm', '--force', '--volumes', container);
      await engine.stop();
    }
  });
});

/** Modules that are swapped to a copy of their program: the name, the kind of source, the program and the copy. */
const COPIES = [
  ['scorer', 'exec', 'scorer/main.py', 'scorer/other.py'],
  ['greeter', 'exec', 'greeter/greeter', 'greeter/other'],
  ['lookup', 'mcp:exec', 'lookup/server.py', 'lookup/other.py'],
  ['rot', 'wasm', 'rot/rot.wasm', 'rot/other.wasm'],
] as const;

/** Requests all modules once they have started. Returns the id of the trace. */
async function askEverything(url: string, explain: () => string): Promise<string> {
  let id = '';
  await until(
    'all modules respond',
    async () => {
      id = randomBytes(16).toString('hex');
      const response = await fetch(`${url}/everything`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          traceparent: `00-${id}-00000000000000aa-01`,
        },
        body: '{"word":"vite"}',
      });
      if (response.status !== 200) return false;
      expect(await response.json()).toEqual(ANSWER);
      return true;
    },
    { within: 60_000, explain },
  );
  return id;
}

/** Reads the trace until all its spans are stored. */
async function expectTrace(read: () => Promise<string> | string): Promise<void> {
  await eventually(async () => {
    const names = (JSON.parse(await read()) as Trace).spans.map(({ name }) => name);
    for (const call of CALLS)
      expect(
        names.filter((name) => name.includes(call)),
        names.join(', '),
      ).toHaveLength(1);
  });
}

/** Copies the playground, compiles its modules, and adds one of each other kind. */
function createApp(): string {
  const app = copyApp('playground/polyglot');
  fs.cpSync(path.join(import.meta.dirname, 'app'), app, { recursive: true });
  fs.mkdirSync(path.join(app, 'node_modules/@acme'), { recursive: true });
  fs.cpSync(path.join(app, 'packages/words'), path.join(app, 'node_modules/@acme/words'), {
    recursive: true,
  });
  const compile = (folder: string, [tool, ...args]: [string, ...string[]], env = {}): void => {
    const { status, stderr, error } = spawnSync(tool, args, {
      cwd: path.join(app, 'modules', folder),
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    if (status !== 0) throw error ?? new Error(stderr);
  };
  compile('greeter', ['go', 'build', '-o', 'greeter', '.'], { CGO_ENABLED: '0' });
  compile('counter', ['rustc', '-O', 'main.rs', '-o', 'counter']);
  compile('rot', ['go', 'build', '-buildmode=c-shared', '-o', 'rot.wasm', '.'], {
    GOOS: 'wasip1',
    GOARCH: 'wasm',
  });
  return app;
}
