import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { listen } from '@gati/test-kit/ports';
import { until } from '@gati/test-kit/wait';
import { expect, test } from 'vitest';
import { useServer } from '../helpers/harness.ts';

const server = useServer();

test('the ready line with the URL is the first line, even if a module logs before it', async () => {
  const { url, stdout, stop, seen } = await server.start();
  await seen('a module speaks');
  const [first] = stdout().split('\n');
  expect(first).toBe(JSON.stringify({ level: 'info', msg: 'listening', url }));
  expect(await (await fetch(`${url}/hello`)).json()).toMatchObject({ hello: 'world' });
  expect(await stop()).toBe(0);
  expect(stdout()).toContain('store disposed');
  expect(stdout()).toContain('GATI_EFFECTS_MEMORY');
});

test('several workers share the port and print one ready line', async () => {
  const { url, stdout, stop } = await server.start({ GATI_WORKERS: '3' });
  const pids = new Set<number>();
  await until('three workers respond', async () => {
    const answer = await fetch(`${url}/hello`, { headers: { connection: 'close' } });
    return pids.add(((await answer.json()) as { pid: number }).pid).size === 3;
  });
  expect(stdout().match(/"listening"/g)).toHaveLength(1);
  expect(await stop('SIGINT')).toBe(0);
});

test('a port in use ends the start with GATI_PORT_TAKEN', async () => {
  const other = createServer();
  const port = await listen(other);
  const { code, stdout, stderr } = await server.run({ PORT: String(port), GATI_WORKERS: '2' });
  other.close();
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(new RegExp(`^GATI_PORT_TAKEN: Port ${port} .*\n  fix: .*\n  see: .*\n$`));
});

test.each([
  [{ PORT: 'http' }, 'GATI_BAD_ENV: PORT=http'],
  [{ PORT: '70000' }, 'GATI_BAD_ENV: PORT=70000'],
  [{ GATI_WORKERS: '0' }, 'GATI_BAD_ENV: GATI_WORKERS=0'],
  [{ GATI_ROLE: 'king' }, 'GATI_BAD_ENV: GATI_ROLE=king'],
  [{ GATI_ROLE: 'routes' }, 'GATI_BAD_ENV: GATI_DOMAIN is missing'],
  [{ GATI_ROLE: 'routes', GATI_DOMAIN: 'nowhere' }, 'GATI_BAD_ENV: GATI_DOMAIN=nowhere'],
  [{ GATI_TRUST_PROXY: 'everyone' }, 'GATI_BAD_ENV: GATI_TRUST_PROXY=everyone'],
  [{ GATI_TRUST_PROXY: 'cafe' }, 'GATI_BAD_ENV: GATI_TRUST_PROXY=cafe'],
  [{ GATI_TRUST_PROXY: '10.0.0.0/33' }, 'GATI_BAD_ENV: GATI_TRUST_PROXY=10.0.0.0/33'],
  [{ GREETING: 'bad' }, 'GATI_CONFIG_INVALID'],
  [{ BROKEN_MODULE: '1' }, 'GATI_MODULE_SETUP'],
  [{ GATI_EFFECTS: 'carrier-pigeon://user:secret@loft' }, 'GATI_EFFECTS'],
  [{ HOST: '203.0.113.7' }, 'GATI_LISTEN'],
])('a server with %o exits with code 1 and one message', async (env, message) => {
  const { code, stderr } = await server.run({ GATI_WORKERS: '2', ...env });
  expect(code).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr.match(/fix: /g)).toHaveLength(1);
  expect(stderr).not.toContain('secret');
});

test('a failed start prints the error of the worker, or GATI_WORKER_START if the worker sent none', async () => {
  const silent = await server.run({ DIE_AT_START: '1', GATI_WORKERS: '2' });
  expect(silent).toMatchObject({ code: 1, stdout: '' });
  expect(silent.stderr).toContain(
    'GATI_WORKER_START: A worker ended (code 3) before it was ready.',
  );
  const throwing = await server.run({ THROW_AT_START: '1', GATI_WORKERS: '2' });
  expect(throwing).toMatchObject({ code: 1, stdout: '' });
  expect(throwing.stderr).toMatch(/^TypeError: a module that can not be evaluated\n +at .*release/);
});

test.each([
  [{ HANG_AT_START: '1' }, 'it waits for the import of the release'],
  [{ HANG_MODULE: '1' }, 'it waits for setup() of src/modules/store.ts'],
  [{ BLOCKING_MODULE: '1' }, 'its event loop is blocked in setup() of src/modules/store.ts'],
])('a start with %o ends after GATI_START_TIMEOUT and names the cause', async (env, cause) => {
  // A busy machine may need more than the first of them to start Node at all.
  for (const seconds of [1.5, 6, 60]) {
    // Heartbeats are frequent, so that the timeout can be short.
    const { code, stderr } = await server.run({
      GATI_START_TIMEOUT: String(seconds * 1000),
      GATI_HEARTBEAT_TIMEOUT: '500',
      ...env,
    });
    expect(code).toBe(1);
    expect(stderr).toContain(`GATI_START_TIMEOUT: A worker was not ready within ${seconds} s: `);
    if (stderr.includes(`: ${cause}.`)) return;
  }
  expect.fail(`No start got as far as to name the cause: ${cause}`);
});

test('the server keeps running when the reader of its stdout closes the pipe', async () => {
  const { url, child } = await server.start();
  child.stdout!.destroy();
  for (let n = 0; n < 5; n++) {
    expect((await fetch(`${url}/hello`)).status).toBe(200);
    // The access log is written with a delay.
    await new Promise((resolve) => {
      setTimeout(resolve, 150);
    });
  }
  expect(child.exitCode).toBeNull();
});

test('role routes serves one domain and role worker serves probes only', async () => {
  const routes = await server.start({ GATI_ROLE: 'routes', GATI_DOMAIN: 'payments' });
  expect((await fetch(`${routes.url}/payments/total`)).status).toBe(200);
  expect((await fetch(`${routes.url}/hello`)).status).toBe(404);
  const worker = await server.start({ GATI_ROLE: 'worker' });
  expect((await fetch(`${worker.url}/hello`)).status).toBe(404);
  expect((await fetch(`${worker.url}/livez`)).status).toBe(200);
});

test('/readyz reports the health of modules and /metrics covers all workers', async () => {
  const { url } = await server.start({ GATI_WORKERS: '2' });
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ok' });
  for (let n = 0; n < 20; n++)
    await (await fetch(`${url}/hello`, { headers: { connection: 'close' } })).arrayBuffer();
  const scrape = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
  // The second worker starts when the first one serves.
  await expect.poll(scrape).toMatch(/^gati_workers 2$/m);
  const text = await scrape();
  expect(text).toMatch(
    /^http_server_request_duration_seconds_count\{http_request_method="GET",http_route="\/hello",http_response_status_code="200",version="1\.2\.3"\} 20$/m,
  );

  const sick = await server.start({ SICK_MODULE: '1' });
  const ready = await fetch(`${sick.url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: 'failing', failing: ['store'] });
});

test('effects of a memory queue run in the process that enqueued them', async () => {
  const { url } = await server.start();
  expect((await fetch(`${url}/jobs`, { method: 'POST' })).status).toBe(202);
  await expect.poll(async () => (await fetch(`${url}/jobs`)).json()).toEqual({ ran: 1 });
});

test('an unknown argument starts no server and lists the commands', async () => {
  for (const args of [['bogus'], ['--port', '80'], ['']]) {
    const { code, stdout, stderr } = await server.run({}, args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^GATI_USAGE: .*\n {2}fix: .*releases, activate, rollback, effects, modules, migrate, panel, traces/,
    );
  }
  const json = await server.run({}, ['bogus', '--json']);
  expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
    2,
    { errors: [{ code: 'GATI_USAGE' }] },
  ]);
  const help = await server.run({}, ['--help']);
  expect([help.code, help.stderr]).toEqual([0, '']);
  for (const word of ['activate', 'rollback', 'releases', 'effects', 'traces', 'logs'])
    expect(help.stdout).toContain(word);
});

test('a command exits with its code and no error when the reader closes the pipe', async () => {
  const env = { ...process.env, GATI_EFFECTS: `sqlite:${join(server.folder(), 'read.db')}` };
  const { open } = await import('../../../src/effects/drivers/sqlite/driver.ts');
  const queue = await open(env.GATI_EFFECTS);
  await queue.enqueue(
    Array.from({ length: 3000 }, (_, n) => ({
      id: String(n),
      effect: 'a',
      payload: '{}',
      priority: 0,
      release: '1',
      runAt: Date.now(),
    })),
  );
  await queue.close();
  for (const words of [
    'effects list --limit 3000',
    'effects list --limit 3000 --json 2>/dev/null',
    '--help',
    'effects list --limit 3000 2>&1',
  ]) {
    const line = `{ "${process.execPath}" "${server.entry()}" ${words}; echo "code $?" >&3; } 3>&2 | head -1 >/dev/null`;
    const child = spawn('bash', ['-c', line], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
    await once(child, 'close');
    expect(stderr, words).toBe('code 0\n');
  }
});
