import fs from 'node:fs';
import path from 'node:path';
import {
  type ProcessResult,
  runProcess,
  startProcess,
  stopProcesses,
} from '@gati/test-kit/processes';
import { root as repository } from '@gati/test-kit/repository';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { makeApp } from '../helpers/build.ts';

// The published commands: `npm test` builds them first.
const GATI = path.join(repository, 'packages/vite-plugin-gati/dist/cli.mjs');
const CREATE = path.join(repository, 'packages/create-gati/dist/cli.mjs');

const HELLO = `export const route = 'GET /hello';
export const handler: Handler<typeof route> = () => ({ hello: 'world' });
`;

/** No server listens there. */
const UNREACHABLE = 'http://127.0.0.1:1/';

let app = '';
let broken = '';
let server = '';

beforeAll(async () => {
  app = makeApp({
    'src/handlers/hello.ts': HELLO,
    'src/effects/mail.ts': 'export const run = (): void => {};\n',
    'script.ts': "console.log('of the script');\n",
    'throwing.ts': "throw new Error('of the script');\n",
    'failing.ts': "console.log('of the script');\nprocess.exit(1);\n",
    // What a user's config prints must not reach stdout.
    'vite.config.ts': `import gati from 'vite-plugin-gati';
console.log('of the config');
export default { plugins: [gati()] };
`,
  });
  broken = makeApp({
    'src/handlers/bad.ts': "export const route = 'GET /bad';\nexport const handler = (",
  });
  const env = { ...process.env, GATI_RELEASES: path.join(app, 'store') };
  const built = await runProcess(process.execPath, [GATI, 'build', '--json'], { cwd: app, env });
  isOneDocument(built, 0);
  server = path.join(app, 'dist/server/index.mjs');
});
afterAll(stopProcesses);

/** One call: the arguments, the exit code, and the folder of the app, if it is another one. */
type Case = [args: string[], code: 0 | 1 | 2, folder?: 'broken'];

/**
 * A success, a finding and a wrong use of each command of `gati`, in this order: later ones need the
 * releases of earlier ones.
 */
const CASES: Record<string, Case[]> = {
  // The success has a test of its own below: a server has no end.
  dev: [
    [['--host', '203.0.113.1', '--strictPort'], 1],
    [['--prot', '1'], 2],
  ],
  build: [
    [['--outDir', 'other'], 0],
    [[], 1, 'broken'],
    [['--outdir', 'x'], 2],
  ],
  generate: [
    [[], 0],
    [[], 1, 'broken'],
    [['now'], 2],
  ],
  check: [
    [[], 0],
    [[], 1, 'broken'],
    [['--fixx'], 2],
  ],
  routes: [
    [[], 0],
    [[], 1, 'broken'],
    [['--root', 'nowhere'], 2],
  ],
  release: [
    [[], 0],
    [[], 1, 'broken'],
    [['--at', 'tomorrow'], 2],
  ],
  // The success needs a cluster: `npm run test:cluster`.
  deploy: [
    [['--dry-run'], 1],
    [['--dry-rnu'], 2],
  ],
  activate: [
    [['1.2.3'], 0],
    [['9.9.9'], 1],
    [[], 2],
  ],
  diff: [
    [[], 0],
    [['9.9.9', '9.9.8'], 1],
    [['1', '2', '3'], 2],
  ],
  rollback: [
    [[], 1],
    [['1.2.3', 'now'], 2],
  ],
  releases: [
    [['list'], 0],
    [['show', '1.2.3'], 0],
    [['verify'], 0],
    [['prune', '--dry-run'], 0],
    [['show', '9.9.9'], 1],
    [['deprecate', '9.9.9'], 1],
    [['lisst'], 2],
    [[], 2],
  ],
  effects: [
    [['list'], 0],
    [['redrive'], 0],
    [['purge', '--yes'], 0],
    [['show', 'unknown'], 1],
    [['retry', 'unknown'], 1],
    [['cancel', 'unknown'], 1],
    [['purge'], 2],
    [['list', '--state', 'lost'], 2],
    [['list', '--queue', 'sqlite:no-such.db'], 2],
    [['list', '--limit', 'many'], 2],
    [['--unknown', 'value'], 2],
    [[], 2],
  ],
  migrate: [
    [['--dry-run'], 0],
    [['--timeout', 'many'], 2],
    [['--unknown', 'value'], 2],
  ],
  modules: [
    [['list'], 0],
    [['verify', 'unknown'], 1],
    [['swap'], 2],
    [[], 2],
  ],
  // The successes need a running server: `npm run test:panel`.
  config: [
    [['--url', UNREACHABLE], 1],
    [['set', 'GATI_LOG_LEVEL'], 2],
    [['--unknown', 'value'], 2],
  ],
  scale: [
    [['4', '--url', UNREACHABLE], 1],
    [['many'], 2],
  ],
  restart: [
    [['--url', UNREACHABLE], 1],
    [['all'], 2],
  ],
  // The successes need a running server: `telemetry.test.ts`.
  ...Object.fromEntries(
    ['traces', 'logs', 'errors', 'metrics'].map((name): [string, Case[]] => [
      name,
      [
        [['--url', UNREACHABLE], 1],
        [['--since', 'yesterday'], 2],
      ],
    ]),
  ),
  trace: [
    [['0af7651916cd43dd8448eb211c80319c', '--url', UNREACHABLE], 1],
    [['abc'], 2],
    [[], 2],
  ],
  trap: [
    [['list', '--url', UNREACHABLE], 1],
    [['catch'], 2],
    [['add', '--limit', 'many'], 2],
  ],
  // The success needs SQLite: `test/browser/access.test.ts`.
  panel: [
    [['lonk'], 2],
    [[], 2],
  ],
  explain: [
    [[], 0],
    [['GATI_USAGE'], 0],
    [['GATI_NO_SUCH'], 2],
  ],
  run: [
    [['--json', 'script.ts'], 0],
    [['--json', 'failing.ts'], 1],
    [['--json', 'throwing.ts'], 1],
    [['--json', 'no-such.ts'], 2],
    [['--json'], 2],
  ],
};

function isOneDocument(done: ProcessResult, code: number): void {
  const shown = `${done.stdout}\n--- stderr\n${done.stderr}`;
  expect(done.code, shown).toBe(code);
  expect(() => JSON.parse(done.stdout) as unknown, shown).not.toThrow();
  if (code !== 0) expect(done.stderr, 'nothing for people on stderr').not.toBe('');
}

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  GATI_RELEASES: path.join(app, 'store'),
  GATI_EFFECTS: '',
});

describe('with --json, stdout has one document and all else goes to stderr', () => {
  test('for every command of gati there are cases', () => {
    expect(Object.keys(CASES).sort()).toEqual(COMMANDS.map(({ name }) => name).sort());
  });

  test.each(Object.entries(CASES))('in gati %s', async (name, cases) => {
    for (const [args, code, folder] of cases) {
      const json = args.includes('--json') ? [] : ['--json'];
      const done = await runProcess(process.execPath, [GATI, name, ...args, ...json], {
        cwd: folder === 'broken' ? broken : app,
        env: environment(),
      });
      isOneDocument(done, code);
    }
  });

  test.each<Case>([
    [['releases', 'list'], 0],
    [['releases', 'show', '9.9.9'], 1],
    [['releases'], 2],
    [['activate', '9.9.9'], 1],
    [['activate'], 2],
    [['rollback'], 1],
    [['effects', 'list'], 0],
    [['effects', 'show', 'unknown'], 1],
    [['effects'], 2],
    [['--help'], 0],
    [['activat'], 2],
  ])('in a built server called with %j', async (args, code) => {
    const done = await runProcess(process.execPath, [server, ...args, '--json'], {
      cwd: app,
      env: environment(),
    });
    isOneDocument(done, code);
  });

  test.each<Case>([
    [['made', '--no-install', '--template', 'minimal'], 0],
    [['src', '--no-install'], 1],
    [['made2', '--template', 'no-such'], 2],
    [['--help'], 0],
    [['--version'], 0],
  ])('in create-gati %j', async (args, code) => {
    const done = await runProcess(process.execPath, [CREATE, ...args, '--json'], { cwd: app });
    isOneDocument(done, code);
  });

  test.each([['--help'], ['--version'], ['no-such']])('in gati %s', async (...args) => {
    const done = await runProcess(process.execPath, [GATI, ...args, '--json'], { cwd: app });
    isOneDocument(done, args[0] === 'no-such' ? 2 : 0);
  });

  test('in gati dev, which prints the addresses and goes on', async () => {
    const dev = startProcess(process.execPath, [GATI, 'dev', '--port', '0', '--json'], {
      cwd: app,
    });
    await dev.waitForOutput(/"urls"[^]*\}\s*$/);
    await fetch((JSON.parse(dev.stdout) as { urls: { local: string[] } }).urls.local[0]!);
    await dev.stop();
    expect(Object.keys(JSON.parse(dev.stdout) as object)).toEqual(['root', 'urls']);
    expect(fs.existsSync(path.join(app, '.gati'))).toBe(true);
  });
});
