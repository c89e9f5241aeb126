import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { listen } from '@gati/test-kit/ports';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type ProcessResult,
  runOrThrow,
  runProcess,
  startProcess,
  stopProcesses,
} from '@gati/test-kit/processes';
import { root as repository } from '@gati/test-kit/repository';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { copyAway, makeApp } from '../helpers/build.ts';

// The published command: `npm test` builds it first.
const BIN = path.join(repository, 'packages/vite-plugin-gati/dist/cli.mjs');
const gati = (cwd: string, ...args: string[]): Promise<ProcessResult> =>
  runProcess(process.execPath, [BIN, ...args], { cwd });

const BARE = `export const route = 'GET /users/:id';
export async function handler(req, res, gctx, lctx) {
  if (req.params.id === '0') {
    res.status = 404;
    return res.json({ error: 'NoUser' });
  }
  return { id: req.params.id, route: lctx.route, up: gctx.release.version };
}
`;
const USERS = { 'src/handlers/users/get.ts': BARE };

afterEach(stopProcesses);

describe('gati', () => {
  test.each([
    [['--help'], 0, /generate\s+Write the typed client/],
    [['build', '--help'], 0, /--no-minify/],
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
  ])('gati %j prints the expected text', async (args, code, stdout) => {
    const done = await gati(repository, ...args);
    expect(done.code).toBe(code);
    expect(done.stdout).toMatch(stdout);
  });

  test.each([
    [['biuld'], 'Did you mean `gati build`?'],
    [['serve'], 'unknown command `serve`'],
    [['releases'], '`gati releases` needs an action'],
    [['releases', 'lisst'], "can't `lisst`"],
    [['releases', 'show'], 'needs a version'],
    [['activate'], 'needs a version'],
    [['release', '--at', 'tomorrow'], 'is not a time'],
    [['release', '--at', '2999-01-01'], 'is in the future'],
    [['dev', '--prot', '1'], 'Did you mean `--port`?'],
    [['dev', '--port', 'http'], '`http` is not a port'],
    [['run'], '`gati run` needs a script'],
    [['generate', '--root', 'nowhere'], 'there is no folder'],
    [['releases', 'list', '--root', 'nowhere'], 'there is no folder'],
    [['check', '--root', 'package.json'], 'there is no folder'],
  ])('gati %j ends with exit code 2', async (args, message) => {
    const [done, json] = await Promise.all([
      gati(repository, ...args),
      gati(repository, args[0]!, '--json', ...args.slice(1)),
    ]);
    expect(done).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      errors: [{ code: 'GATI_USAGE', fix: expect.any(String) }],
    });
  });
});

test.each(['src', '.'])('gati build does not build into %s', async (outDir) => {
  const app = makeApp(USERS);
  const done = await gati(app, 'build', '--outDir', outDir);
  expect(done).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('GATI_USAGE: the output folder'),
  });
  expect(fs.readFileSync(path.join(app, 'src/handlers/users/get.ts'), 'utf8')).toBe(BARE);
});

test('gati prints colours only if people want them', async () => {
  const raw = async (env: Record<string, string>, ...args: string[]): Promise<string> => {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: repository,
      env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '0', ...env },
    });
    let text = '';
    child.stderr.on('data', (chunk) => (text += String(chunk)));
    await once(child, 'close');
    return text;
  };
  expect(await raw({ FORCE_COLOR: '1' }, 'biuld')).toContain('\u001b[31mGATI_USAGE\u001b[39m');
  for (const [env, args] of [
    [{}, []],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, []],
    [{ FORCE_COLOR: '1' }, ['--json']],
  ] as const)
    expect(await raw(env, 'biuld', ...args)).not.toContain('\u001b');
});

describe('gati generate', () => {
  test('gati generate writes client, types and documents only if they change', async () => {
    const app = makeApp(USERS);
    const first = await gati(app, 'generate', '--json');
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      errors: [],
      written: expect.arrayContaining([
        '.gati/generated/client.ts',
        '.gati/generated/context.ts',
        '.gati/types/gati.d.ts',
        '.gati/gati.manifest.json',
        '.gati/openapi.json',
      ]),
    });
    expect(JSON.parse((await gati(app, 'generate', '--json')).stdout)).toMatchObject({
      written: [],
    });
  });

  test('gati generate exits with 0 for warnings and 1 for errors', async () => {
    const app = makeApp({
      'src/handlers/a.ts':
        "export const route = 'GET /a';\nexport const handler: Handler<typeof route> = () => JSON.parse('1');\n",
    });
    const warned = await gati(app, 'generate');
    expect(warned.code).toBe(0);
    expect(warned.stderr).toMatch(/src\/handlers\/a\.ts:2:\d+ GATI_/);
    fs.writeFileSync(
      path.join(app, 'src/handlers/a.ts'),
      "export const route = 'FETCH /a';\nexport const handler = () => 1;\n",
    );
    expect((await gati(app, 'generate')).code).toBe(1);
  });
});

describe('gati check', () => {
  test('gati check finds errors in bare handlers, and none in correct ones', async () => {
    const app = makeApp(USERS);
    expect(await gati(app, 'check')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing found'),
    });
    fs.writeFileSync(
      path.join(app, 'src/handlers/users/get.ts'),
      BARE.replace('req.params.id,', 'req.params.nope,'),
    );
    const found = await gati(app, 'check', '--json');
    expect(found.code).toBe(1);
    expect(JSON.parse(found.stdout)).toMatchObject({
      errors: [
        {
          code: 'TS2339',
          file: 'src/handlers/users/get.ts',
          line: 7,
          message: expect.stringContaining('nope'),
          fix: expect.any(String),
        },
      ],
    });
  });

  test('gati check --fix writes the annotation once', async () => {
    const app = makeApp(USERS);
    const file = path.join(app, 'src/handlers/users/get.ts');
    const first = await gati(app, 'check', '--fix', '--json');
    expect(JSON.parse(first.stdout)).toEqual({
      warnings: [],
      errors: [],
      fixed: ['src/handlers/users/get.ts'],
    });
    const fixed = BARE.replace(
      '(req, res, gctx, lctx)',
      '(...[req, res, gctx, lctx]: Args<typeof route>)',
    );
    expect(fs.readFileSync(file, 'utf8')).toBe(fixed);
    expect(JSON.parse((await gati(app, 'check', '--fix', '--json')).stdout)).toEqual({
      warnings: [],
      errors: [],
      fixed: [],
    });
    expect(fs.readFileSync(file, 'utf8')).toBe(fixed);
  });
});

describe('an app with one wrong handler', () => {
  const FILES = {
    'src/handlers/wrong.ts': "export const route = 'FETCH /a';\nexport const handler = () => 1;\n",
    'src/handlers/right.ts': `export const route = 'POST /right';
export type Body = { n: number };
export const handler: Handler<typeof route> = async (req, _res, gctx) => {
  await gctx.effects.enqueue('note', { text: String(req.body.n) });
  return { n: req.body.n + 1 };
};
`,
    'src/effects/note.ts':
      'export async function run(payload: { text: string }): Promise<void> { void payload; }\n',
  };

  test('gati generates the types of the other handlers', async () => {
    const app = makeApp(FILES);
    const checked = await gati(app, 'check', '--json');
    expect(checked.code).toBe(1);
    expect(JSON.parse(checked.stdout)).toMatchObject({
      errors: [{ code: 'GATI_ROUTE_INVALID', file: 'src/handlers/wrong.ts' }],
    });
    expect(JSON.parse(checked.stdout)).toHaveProperty('errors.length', 1);
    fs.rmSync(path.join(app, '.gati'), { recursive: true });
    const generated = await gati(app, 'generate', '--json');
    expect(generated.code).toBe(1);
    expect(JSON.parse(generated.stdout)).toMatchObject({
      written: ['.gati/types/gati.d.ts'],
      errors: [{ code: 'GATI_ROUTE_INVALID' }],
    });
    expect(fs.readFileSync(path.join(app, '.gati/types/gati.d.ts'), 'utf8')).toContain(
      "'POST /right'",
    );
  });
});

describe('a folder without an app', () => {
  test('a folder without handlers is a warning of gati check', async () => {
    expect(await gati(makeApp({}), 'check')).toMatchObject({
      code: 1,
      stdout: '0 routes checked: 0 errors, 1 warning\n',
      stderr: expect.stringContaining('GATI_NO_HANDLERS'),
    });
  });

  test.each(['generate', 'build'])(
    'gati %s writes nothing into a folder without handlers',
    async (command) => {
      const app = makeApp({});
      const before = fs.readdirSync(app);
      const done = await gati(app, command, '--json');
      expect(done).toMatchObject({ code: 1, stderr: expect.stringContaining('GATI_NO_HANDLERS') });
      expect(JSON.parse(done.stdout)).toMatchObject({ errors: [{ code: 'GATI_NO_HANDLERS' }] });
      expect(fs.readdirSync(app)).toEqual(before);
    },
  );

  test('gati effects creates no queue in a missing folder', async () => {
    const app = makeApp(USERS);
    const queue = path.join(app, 'nowhere/x.db');
    const done = await gati(app, 'effects', 'list', '--queue', `sqlite:${queue}`);
    expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining(queue) });
    expect(fs.existsSync(path.dirname(queue))).toBe(false);
  });
});

describe('a reader that closes the pipe', () => {
  test.each([
    ['--help', 0],
    ['--help 2>&1', 0],
    ['effects list --queue sqlite:nowhere.db 2>&1', 2],
  ])('ends `gati %s` silently', async (words, code) => {
    // The reader exits without reading, so each write fails.
    const line = `{ sleep 0.2; "${process.execPath}" "${BIN}" ${words}; echo "code $?" >&3; } 3>&2 | true`;
    expect(await runProcess('bash', ['-c', line], { cwd: makeApp({}) })).toMatchObject({
      stdout: '',
      stderr: `code ${code}\n`,
    });
  });
});

describe('gati build', () => {
  test('gati build needs no configuration', async () => {
    const app = makeApp(USERS);
    const done = await gati(app, 'build', '--json');
    expect(done.code, done.stderr).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      name: 'app',
      version: '1.2.3',
      routes: ['GET /users/:id'],
      warnings: [],
    });
    const server = await startBuiltServer(copyAway(path.join(app, 'dist')), {});
    expect(await call(`${server.url}/users/7`)).toMatchObject({
      status: 200,
      body: { id: '7', route: 'GET /users/:id', up: '1.2.3' },
    });
    expect(await call(`${server.url}/versions`)).toMatchObject({
      body: { versions: [{ version: '1.2.3', docs: '/versions/1.2.3' }] },
    });
    expect(await call(`${server.url}/versions/1.2.3`)).toMatchObject({
      status: 200,
      body: { openapi: '3.1.0', info: { version: '1.2.3' } },
    });
    await server.stop();
  });

  test('gati build adds the plugin once, and names the place of an error', async () => {
    const config =
      "import gati from 'vite-plugin-gati';\nexport default { plugins: [[Promise.resolve(gati({ base: '/api' }))]] };\n";
    const app = makeApp({ ...USERS, 'vite.config.mjs': config });
    const done = await gati(app, 'build');
    expect(done.code, done.stderr).toBe(0);
    expect(JSON.parse(fs.readFileSync(path.join(app, 'dist/openapi.json'), 'utf8'))).toMatchObject({
      servers: [{ url: '/api' }],
    });
    fs.writeFileSync(
      path.join(app, 'src/handlers/users/get.ts'),
      `import './missing.ts';\n${BARE}`,
    );
    const failed = await gati(app, 'build', '--json');
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      errors: [
        {
          code: expect.stringContaining('GATI_'),
          message: expect.stringContaining('missing.ts'),
        },
      ],
    });
  });
});

test('gati diff reads manifests from pipes', async () => {
  const app = makeApp(USERS);
  expect(await gati(app, 'build')).toMatchObject({ code: 0 });
  await runOrThrow('mkfifo', ['before', 'after'], { cwd: app });
  const write = (pipe: string): Promise<ProcessResult> =>
    runOrThrow('sh', ['-c', `cat dist/gati.manifest.json > ${pipe}`], { cwd: app });
  const [done] = await Promise.all([
    gati(app, 'diff', 'before', 'after', '--json'),
    write('before'),
    write('after'),
  ]);
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('"bump": "none"') });
  expect(await gati(app, 'diff', 'dist', 'dist')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('`dist` is a folder'),
  });
});

describe('gati dev', () => {
  test('gati dev serves a folder that contains only handlers, until Ctrl-C', async () => {
    const app = makeApp(USERS);
    const server = startProcess(process.execPath, [BIN, 'dev', '--port', '0'], {
      cwd: app,
      env: { ...process.env, CI: '1' },
    });
    const [, url] = await server.waitForOutput(/Local:\s+(http:\/\/[^\s/]+)/);
    expect(await call(`${url!}/users/7`)).toMatchObject({ status: 200, body: { id: '7' } });
    expect(await call(`${url!}/users/0`)).toMatchObject({
      status: 404,
      body: { error: 'NoUser' },
    });
    await server.stop('SIGINT');
    expect(server.child.exitCode).toBe(130);
  });
});

test('gati dev fails with GATI_PORT_TAKEN if the port is taken', async () => {
  const taken = createServer();
  const port = await listen(taken);
  const done = await gati(
    makeApp(USERS),
    'dev',
    '--json',
    '--strictPort',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
  );
  expect(done.code).toBe(1);
  expect(JSON.parse(done.stdout)).toMatchObject({
    errors: [{ code: 'GATI_PORT_TAKEN', message: expect.stringContaining(String(port)) }],
  });
  taken.close();
});

test('gati dev fails with GATI_LISTEN for an address of another machine', async () => {
  const done = await gati(makeApp(USERS), 'dev', '--json', '--host', '256.1.1.1', '--port', '0');
  expect(done.code).toBe(1);
  expect(JSON.parse(done.stdout)).toMatchObject({
    errors: [{ code: 'GATI_LISTEN', message: expect.stringContaining('256.1.1.1') }],
  });
});

describe('gati run', () => {
  test("gati run runs a script with the app's modules, .env files and arguments", async () => {
    const app = makeApp({
      ...USERS,
      '.env': 'SHOP=from-file',
      'script.ts': `
import manifest from 'virtual:gati/manifest';
console.log(manifest.contract.routes[0].id, process.env.SHOP, ...process.argv.slice(2));
process.exitCode = 3;
`,
      'broken.ts': "throw new Error('no luck');",
    });
    expect(await gati(app, 'run', 'script.ts', '--json', 'x')).toMatchObject({
      code: 3,
      stdout: 'GET /users/:id from-file --json x\n',
    });
    const json = await gati(app, 'run', '--json', 'script.ts');
    expect(JSON.parse(json.stdout)).toMatchObject({ exitCode: 3 });
    expect(json.stderr).toContain('from-file');
    expect(await gati(app, 'run', 'broken.ts')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('broken.ts:1'),
    });
    expect((await gati(app, 'run', 'nowhere.ts')).code).toBe(2);
  });
});
