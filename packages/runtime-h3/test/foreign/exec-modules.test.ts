import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callScope } from '../../src/foreign/call-scope.ts';
import { startModule } from '../../src/module-host/module-process.ts';
import { createTextLogger } from '../../src/telemetry/log/text-logger.ts';
import type { BoundMethod, ForeignDeclaration } from '../../src/types/foreign.ts';
import { type OpenedModules, openModules, type TestModule } from './helpers/open-modules.ts';

const SOURCE = 'exec:./helpers/module.mjs';
const number = {
  schema: {
    type: 'object' as const,
    properties: { n: { type: 'number' as const } },
    required: ['n'],
  },
  check: (value: unknown) => typeof (value as { n?: unknown }).n === 'number',
};
const METHODS: Record<string, BoundMethod> = {
  ...Object.fromEntries(
    [
      'echo',
      'headers',
      'problem',
      'slow',
      'crash',
      'garbage',
      'endless',
      'bomb',
      'text',
      'bare',
    ].map((name) => [name, {}]),
  ),
  double: { idempotent: true, output: number },
  items: { stream: true, output: number },
  wrong: { output: number },
  flaky: { idempotent: true },
  unknown: {},
};
const declare = (name: string, more: Partial<ForeignDeclaration> = {}): ForeignDeclaration => ({
  name,
  source: SOURCE,
  ...more,
  limits: {
    output: 100_000,
    failures: 1000,
    restart: 20,
    maxRestart: 100,
    stop: 500,
    ...more.limits,
  },
});

let modules: OpenedModules;
let module: TestModule;
beforeAll(async () => {
  modules = openModules({ GRANTED: 'yes', SECRET: 'no' });
  await modules.host.add(declare('test'));
  module = await modules.open(declare('test'), METHODS);
});
afterAll(() => modules.close());

test('a call passes its argument and resolves to the result', async () => {
  expect(await module['double']!({ n: 21 })).toEqual({ n: 42 });
  expect(await module['echo']!()).toMatchObject({ input: null, version: '1.0.0' });
});

test('a stream yields each item, and ends when its reader stops', async () => {
  const items: unknown[] = [];
  for await (const item of module.items({ n: 3 })) items.push(item);
  expect(items).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  for await (const item of module.items({ n: 5000 })) {
    expect(item).toEqual({ n: 1 });
    break;
  }
});

test('a call has the headers of the protocol, and only an idempotent one has a key', async () => {
  const headers = (await module['headers']!({}, { timeout: 5000 })) as Record<string, string>;
  expect(headers).toMatchObject({
    'x-gati-release': 'rel_test',
    'content-type': 'application/json',
  });
  expect(Number(headers['deadline'])).toBeGreaterThan(3000);
  expect(headers).not.toHaveProperty('idempotency-key');
});

test('an idempotent call is repeated with the same key after a broken connection', async () => {
  expect(await module['flaky']!({}, { idempotencyKey: 'one' })).toBe('one');
});

test('a problem of the module reaches the handler with its own code', async () => {
  await expect(module['problem']!()).rejects.toMatchObject({
    status: 422,
    code: 'not_today',
    details: { detail: 'Come back.' },
  });
  await expect(module['unknown']!()).rejects.toMatchObject({ status: 404, code: 'unknown' });
});

const ANSWER = { status: 502, code: 'GATI_MODULE_ANSWER' };
test.each([
  ['a response that is not HTTP', 'garbage', ANSWER],
  ['a result that does not match the contract', 'wrong', ANSWER],
  ['an endless response', 'endless', ANSWER],
  ['a compressed response', 'bomb', ANSWER],
  ['a response that is not JSON', 'text', ANSWER],
  ['an error without a problem', 'bare', ANSWER],
  ['a method that never responds', 'slow', { status: 504, code: 'GATI_MODULE_TIMEOUT' }],
])('%s fails within the deadline', async (_what, method, error) => {
  // Only the late method waits for its end: a loaded machine may take long to make a response.
  const timeout = method === 'slow' ? 400 : 60_000;
  await expect(module[method]!({}, { timeout })).rejects.toMatchObject(error);
});

test('the deadline and the signal of the request end a call', async () => {
  const { signal } = new AbortController();
  const deadline = performance.now() + 60;
  await callScope.run({ signal, deadline }, async () => {
    await expect(module['slow']!()).rejects.toMatchObject({ code: 'GATI_MODULE_TIMEOUT' });
  });
  const client = new AbortController();
  const left = callScope.run({ signal: client.signal }, () => module['slow']!());
  client.abort(new Error('the client left'));
  await expect(left).rejects.toThrow('the client left');
  await until('the module sees the closed connection', async () => {
    const { aborted } = (await module['echo']!()) as { aborted: string[] };
    return aborted.length >= 2;
  });
});

test('a module that crashes in a call is started again', async () => {
  const before = modules.host.pid('test');
  await expect(module['crash']!()).rejects.toMatchObject({
    status: 502,
    code: 'GATI_MODULE_FAILED',
  });
  await until('another process serves', async () => {
    const { pid } = (await module['echo']!()) as { pid: number };
    return pid !== before;
  });
});

test('a stopped process is a 504, and calls succeed once it continues', async () => {
  const pid = modules.host.pid('test')!;
  process.kill(pid, 'SIGSTOP');
  await expect(module['echo']!({}, { timeout: 100 })).rejects.toMatchObject({ status: 504 });
  process.kill(pid, 'SIGCONT');
  expect(await module['echo']!()).toMatchObject({ pid });
});

test('a module gets only basic and granted variables', async () => {
  await modules.host.add(declare('env', { source: `${SOURCE} 1.0.0 leak`, env: ['GRANTED'] }));
  const line = modules.log.find(
    ({ module: name, msg }) => name === 'env' && String(msg)[0] === '{',
  );
  const env = JSON.parse(String(line?.['msg'])) as Record<string, string>;
  expect(Object.keys(env).sort()).toEqual(
    ['GATI_MODULE', 'GRANTED', 'HOME', 'LANG', 'PATH', 'TMPDIR', 'TZ'].filter(
      (name) => name in env || ['GATI_MODULE', 'GRANTED', 'PATH', 'TMPDIR'].includes(name),
    ),
  );
});

test('a module that prints no handshake line, or ends at once, is unavailable', async () => {
  const silent = declare('silent', { source: `${SOURCE} 1.0.0 silent`, limits: { handshake: 60 } });
  const missing = declare('missing', { source: 'exec:./helpers/none' });
  await Promise.all([modules.host.add(silent), modules.host.add(missing)]);
  for (const declaration of [silent, missing]) {
    const opened = await modules.open(declaration, METHODS);
    await expect(opened['echo']!()).rejects.toMatchObject({
      status: 503,
      code: 'GATI_MODULE_UNAVAILABLE',
    });
    await modules.host.remove(declaration.name);
  }
  expect(modules.log).toContainEqual(
    expect.objectContaining({ module: 'silent', code: 'GATI_MODULE_START' }),
  );
});

test.skipIf(process.platform === 'win32')(
  'the error for a program that the system can not run names the program and the fix',
  async () => {
    const folder = temporaryFolder('programs');
    const program = path.join(folder, 'main.py');
    fs.writeFileSync(program, '#!/no/such/python\n');
    const start = (name: string, target: string): Promise<unknown> =>
      startModule({
        name,
        command: () => [target],
        cwd: folder,
        env: {},
        limits: { handshake: 5000, stop: 100 },
        guardian: { add() {}, delete() {}, close() {} },
        logger: createTextLogger({ level: 'error' }),
      });
    const plain = (await start('plain', program).catch((error: unknown) => error)) as Error;
    expect(plain.message).toContain(`${program} is not executable.`);
    expect(String(plain)).toContain(`chmod +x ${program}`);
    fs.chmodSync(program, 0o755);
    for (const missing of [program, 'no-such-program'])
      await expect(start('missing', missing)).rejects.toThrow(
        `there is no program ${missing}, or its first line names`,
      );
  },
);

test('after failed calls in a row, calls fail at once until the pause is over', async () => {
  const limits = { failures: 2, pause: 150, retries: 0 };
  const fragile = await modules.open(declare('test', { limits }), METHODS);
  const isFast = async (): Promise<boolean> => {
    const start = performance.now();
    await fragile['slow']!({}, { timeout: 60 }).catch(() => undefined);
    return performance.now() - start < 50;
  };
  expect([await isFast(), await isFast(), await isFast()]).toEqual([false, false, true]);
  await until('a call is tried again', async () => (await fragile['echo']!()) !== undefined);
});

test('more calls than places wait, and more than the queue fail', async () => {
  const limits = { concurrency: 1, queue: 1 };
  const narrow = await modules.open(declare('test', { limits }), METHODS);
  const results = await Promise.allSettled([
    narrow['echo']!({ n: 1 }),
    narrow['echo']!({ n: 2 }),
    narrow['echo']!({ n: 3 }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
});

test('32 callers see no failed call while the module is swapped', async () => {
  const state = { isOver: false, failed: 0, done: 0 };
  const callers = Array.from({ length: 32 }, async () => {
    while (!state.isOver) {
      await module['double']!({ n: 1 }).then(
        () => state.done++,
        () => state.failed++,
      );
    }
  });
  const swaps = Number(process.env['GATI_TEST_SWAPS'] ?? 3);
  const pids = new Set<number | undefined>();
  for (let swap = 1; swap <= swaps; swap++) {
    await modules.host.swap('test', `${SOURCE} 1.${swap}.0`, async () => {});
    pids.add(modules.host.pid('test'));
    expect(await module['echo']!()).toMatchObject({ version: `1.${swap}.0` });
  }
  state.isOver = true;
  await Promise.all(callers);
  expect(state.failed).toBe(0);
  expect(state.done).toBeGreaterThan(32);
  expect(pids.size).toBe(swaps);
});

test('a swap of a module without a process names those that have one', async () => {
  const error = await modules.host.swap('tset', undefined, async () => {}).catch((each) => each);
  expect(String(error)).toMatch(/GATI_MODULE_START[^]*Swap one of (?:\w+, )*test\b/);
});

test('a swap keeps the process when the new one is sick or not compatible', async () => {
  const pid = modules.host.pid('test');
  await expect(
    modules.host.swap('test', `${SOURCE} 2.0.0 sick`, async () => {}),
  ).rejects.toMatchObject({ code: 'GATI_MODULE_START' });
  await expect(
    modules.host.swap('test', `${SOURCE} 2.0.0`, async () => {
      throw new Error('release 1.0.0 uses more');
    }),
  ).rejects.toThrow('release 1.0.0 uses more');
  expect(modules.host.pid('test')).toBe(pid);
  expect(await module['double']!({ n: 1 })).toEqual({ n: 2 });
});
