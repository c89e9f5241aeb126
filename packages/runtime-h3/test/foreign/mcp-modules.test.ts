import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { until } from '@gati/test-kit/wait';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HttpError } from '../../src/app/response/http-error.ts';
import { openModules, type OpenedModules, type TestModule } from './helpers/open-modules.ts';

const METHODS = {
  length_of: { idempotent: true as const },
  shout: {},
  fail: {},
  slow: {},
  exit: {},
  who: {},
  large: {},
  gone: {},
};
const SERVER = path.join(import.meta.dirname, 'helpers/mcp-server.mjs');

let service: ChildProcess;
let modules: OpenedModules;
let local: TestModule;
let remote: TestModule;
beforeAll(async () => {
  service = spawn(process.execPath, [SERVER, 'http'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(service.stdout!, 'data')) as [Buffer];
  modules = openModules({ LOOKUP_TOKEN: 'secret-7' });
  const declarations = [
    { name: 'local', source: 'mcp:exec:./helpers/mcp-server.mjs', limits: { restart: 1 } },
    {
      name: 'remote',
      source: `mcp:${line.toString().trim()}`,
      headers: { authorization: 'Bearer ${LOOKUP_TOKEN}' },
      limits: { output: 100_000, retries: 0 },
    },
  ];
  await Promise.all(declarations.map((declaration) => modules.host.add(declaration)));
  [local, remote] = (await Promise.all(
    declarations.map((declaration) => modules.open(declaration, METHODS)),
  )) as [TestModule, TestModule];
});
afterAll(async () => {
  await modules.close();
  service.kill();
});

const failure = (call: Promise<unknown>): Promise<HttpError> =>
  call.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as HttpError,
  );

test('tools of an MCP server are methods with the schemas of the tools', () => {
  for (const name of ['local', 'remote']) {
    const { methods, ...descriptor } = modules.host.descriptor(name)!;
    expect(descriptor).toEqual({ name: 'lookup', version: '1.2.0', protocol: 1 });
    expect(methods['length_of']).toMatchObject({
      idempotent: true,
      input: { properties: { word: { type: 'string' } }, required: ['word'] },
      output: { properties: { length: { type: 'number' } } },
    });
    expect(methods['shout']).toMatchObject({ output: { required: ['text', 'content'] } });
    expect(methods['fail']).not.toHaveProperty('input');
  }
});

test('a call of a tool resolves to structured content, or to its text', async () => {
  for (const module of [local, remote]) {
    expect(await module['length_of']!({ word: 'seven77' })).toEqual({ length: 7 });
    expect(await module['shout']!({ word: 'hey' })).toMatchObject({ text: 'HEY\n!' });
  }
});

test('errors of a tool and rejected arguments are problems with a code', async () => {
  for (const module of [local, remote]) {
    expect(await failure(module['fail']!())).toMatchObject({
      status: 422,
      code: 'mcp_tool_error',
      details: { detail: 'no such thing' },
    });
    const { status, code } = await failure(module['length_of']!({ word: 7 }));
    expect([status, code]).toEqual([422, 'mcp_tool_error']);
    expect(await failure(module['gone']!())).toMatchObject({ status: 404 });
  }
});

test('a header has the value of a variable, which no log line and no descriptor contains', async () => {
  expect(await remote['who']!()).toMatchObject({ text: 'Bearer secret-7' });
  expect(JSON.stringify(modules.log)).not.toContain('secret-7');
});

test('a late tool is 504, and a response over the limit is 502', async () => {
  for (const module of [local, remote])
    expect(await failure(module['slow']!(undefined, { timeout: 300 }))).toMatchObject({
      status: 504,
      code: 'GATI_MODULE_TIMEOUT',
    });
  expect(await failure(remote['large']!())).toMatchObject({ status: 502 });
});

test('a server that ends in a call is started again', async () => {
  expect(await failure(local['exit']!())).toMatchObject({ code: 'GATI_MODULE_FAILED' });
  await until('the server is back', () =>
    local['shout']!({ word: 'back' }).then(Boolean, () => false),
  );
});
