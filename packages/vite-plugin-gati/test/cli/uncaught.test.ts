import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type RunningProcess, startProcess, stopProcesses } from '@gati/test-kit/processes';
import { root as repository } from '@gati/test-kit/repository';
import { call } from '@gati/test-kit/servers';
import { makeApp } from '../helpers/build.ts';

// The published command: `npm test` builds it first.
const GATI = path.join(repository, 'packages/vite-plugin-gati/dist/cli.mjs');

const LATER = `interface Later { of: string }

export const handler: Handler = () => {
  setTimeout(() => {
    throw new Error('too late');
  }, 1);
  void Promise.reject('only a text');
  return 'ok';
};
`;
// Values that can't be turned into text, messages that are not text, and stacks with places outside
// of this machine.
const ODD = `const odd = [
  () => Object.create(null),
  () => Object.assign(new Error('x'), { message: { no: 'text' } }),
  () => Object.assign(new Error('from elsewhere'), { stack: 'Error: from elsewhere\\n    at file://elsewhere/a%2Fb.js:1:1' }),
  () => Object.assign(new Error('with an id'), { id: 7, loc: null, diagnostic: 'none' }),
  () => ({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('not shown'); } }),
];
export const handler: Handler = () => {
  for (const make of odd) {
    setTimeout(() => { throw make(); }, 1);
    void Promise.reject(make());
  }
  return 'ok';
};
`;
const APP = {
  'src/handlers/later.ts': LATER,
  'src/handlers/odd.ts': ODD,
  'src/handlers/ping.ts': "export const handler: Handler = () => 'pong';\n",
  'vite.config.mjs':
    "import gati from 'vite-plugin-gati';\nexport default { plugins: [gati()] };\n",
};

afterEach(stopProcesses);

const run = (app: string, ...args: string[]): RunningProcess =>
  startProcess(process.execPath, args, { cwd: app, env: { ...process.env, CI: '1' } });
const urlOf = async (server: RunningProcess): Promise<string> =>
  (await server.waitForOutput(/Local:\s+(http:\/\/[^\s/]+)/))[1]!;

test.each([
  ['gati dev', [GATI, 'dev', '--port', '0']],
  ['vite', ['node_modules/.bin/vite', '--port', '0']],
])('%s reports an uncaught error with its place, and keeps running', async (_, args) => {
  const server = run(makeApp(APP), ...args);
  const url = await urlOf(server);
  expect((await call(`${url}/later`)).status).toBe(200);
  await server.waitForOutput(
    /src\/handlers\/later\.ts:5:11 GATI_UNCAUGHT: uncaught error: too late/,
  );
  await server.waitForOutput(/at Timeout\S* \(\S*\/src\/handlers\/later\.ts:5:11\)/);
  await server.waitForOutput(/GATI_UNCAUGHT: uncaught error: only a text/);
  expect(await call(`${url}/ping`)).toMatchObject({ status: 200, body: 'pong' });
  await server.stop('SIGTERM');
});

test('gati dev keeps running after any uncaught value', async () => {
  const server = run(makeApp(APP), GATI, 'dev', '--port', '0');
  const url = await urlOf(server);
  expect((await call(`${url}/odd`)).status).toBe(200);
  await server.waitForOutput(/GATI_UNCAUGHT: uncaught error: \[Object: null prototype\] \{\}/);
  await server.waitForOutput(/GATI_UNCAUGHT: uncaught error: from elsewhere/);
  await server.waitForOutput(
    /src\/handlers\/odd\.ts:5:\d+ GATI_UNCAUGHT: uncaught error: with an id/,
  );
  await server.waitForOutput(
    /GATI_UNCAUGHT: uncaught error: a value that can't be shown \(object\)/,
  );
  await expect
    .poll(() => (server.stdout + server.stderr).match(/GATI_UNCAUGHT: /g))
    .toHaveLength(10);
  expect(await call(`${url}/ping`)).toMatchObject({ status: 200, body: 'pong' });
  await server.stop('SIGINT');
  expect(server.child.exitCode).toBe(130);
});

test('a program that embeds Vite handles its uncaught errors itself', async () => {
  const app = makeApp({
    ...APP,
    'serve.mjs': `import { createServer } from 'vite';
const server = await createServer({ server: { port: 0, host: '127.0.0.1' } });
await server.listen();
console.log('listens');
await Promise.reject(new Error('the database is away'));
`,
  });
  const program = run(app, 'serve.mjs');
  await program.waitForOutput(/listens/);
  await program.waitForOutput(/Error: the database is away/);
  await expect.poll(() => program.child.exitCode).toBe(1);
  expect(program.stdout + program.stderr).not.toContain('GATI_UNCAUGHT');
});
