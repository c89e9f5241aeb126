import { Agent, get, request } from 'node:http';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { useServer } from '../helpers/harness.ts';

const server = useServer();

/** One GET; `undefined` is a connection error. */
const call = (
  url: string,
  agent: Agent | false,
): Promise<{ status: number; pid: number } | undefined> =>
  new Promise((resolve) => {
    get(url, { agent }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += String(chunk)));
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, ...(JSON.parse(text) as { pid: number }) }),
      );
      answer.on('error', () => resolve(undefined));
    }).on('error', () => resolve(undefined));
  });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('a roll of all workers loses no request', async () => {
  const { url, child, stdout, seen } = await server.start({ GATI_WORKERS: '2' });
  const agents = [new Agent({ keepAlive: true, maxSockets: 4 }), false] as const;
  const pids = new Set<number>();
  let failed = 0;
  let done = 0;
  const load = { on: true };
  const client = async (index: number): Promise<void> => {
    for (let n = 0; load.on; n++) {
      const answer = await call(
        n % 10 === 0 ? `${url}/slow?ms=30` : `${url}/hello`,
        agents[index % 2]!,
      );
      done++;
      if (answer?.status === 200) pids.add(answer.pid);
      else failed++;
    }
  };
  const clients = Array.from({ length: 8 }, (_, index) => client(index));
  for (let roll = 1; roll <= 3; roll++) {
    child.kill('SIGUSR2');
    await expect.poll(() => stdout().match(/"rolled"/g)?.length ?? 0).toBe(roll);
  }
  load.on = false;
  await Promise.all(clients);
  agents[0].destroy();
  await seen('"rolled"');
  expect({ failed, several: done > 100, generations: pids.size >= 6 }).toEqual({
    failed: 0,
    several: true,
    generations: true,
  });
  expect([...pids].filter(isAlive)).toHaveLength(2);
});

// Repeated, because only some runs send a request while the worker is being killed.
test(
  'a crash of the only worker fails its own requests, but no later ones',
  { repeats: 9 },
  async () => {
    const { url, stdout } = await server.start();
    const before = await call(`${url}/hello`, false);
    const crash = fetch(`${url}/crash`, { method: 'POST' }).catch(() => 'cut');
    expect(await crash).toBe('cut');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call(`${url}/hello`, false)),
    );
    expect(answers.map((answer) => answer?.status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(answers[0]!.pid).not.toBe(before!.pid);
    expect(stdout()).toContain('"a worker crashed and is replaced"');
  },
);

test('an uncaught error ends its worker after the requests in flight', async () => {
  const { url, stdout, seen } = await server.start();
  const slow = call(`${url}/slow?ms=500`, false);
  const first = await call(`${url}/hello`, false);
  expect(
    (await fetch(`${url}/throw`, { method: 'POST', headers: { connection: 'close' } })).status,
  ).toBe(200);
  expect(await slow).toMatchObject({ status: 200, pid: first!.pid });
  // A new connection may reach the old worker until the supervisor knows that it drains.
  await expect.poll(async () => (await call(`${url}/hello`, false))!.pid).not.toBe(first!.pid);
  await seen('nobody catches this');
  expect(stdout()).toContain('uncaught error: this worker ends');
});

test('SIGTERM waits for requests in flight and ends event streams', async () => {
  const { url, stop, port } = await server.start();
  const slow = call(`${url}/slow?ms=700`, false);
  const events = await fetch(`${url}/events`);
  const text = events.text();
  await call(`${url}/hello`, false);
  const code = stop();
  expect(await slow).toMatchObject({ status: 200 });
  expect(await text).toMatch(/^data: \{"n":0\}/m);
  expect(await code).toBe(0);
  await expect(fetch(`http://127.0.0.1:${port}/hello`)).rejects.toThrow();
});

test('a drain closes WebSockets with 1012, service restart', async () => {
  const { url, stop } = await server.start();
  const upgrade = request(`${url}/chat`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  }).end();
  const [, socket, head] = (await once(upgrade, 'upgrade')) as [unknown, Socket, Buffer];
  let bytes = head;
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
  });
  // Unmasked frames of RFC 6455: text "welcome", then close with its code.
  await expect.poll(() => String(bytes)).toContain('welcome');
  const code = stop();
  await expect.poll(() => bytes.indexOf(0x88)).toBeGreaterThan(0);
  expect(bytes.readUInt16BE(bytes.indexOf(0x88) + 2)).toBe(1012);
  socket.end(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
  expect(await code).toBe(0);
});

test('a drain cuts off requests that take longer than GATI_DRAIN', async () => {
  const { url, stop, stdout } = await server.start({ GATI_DRAIN: '300' });
  const slow = call(`${url}/slow?ms=20000`, false);
  await call(`${url}/hello`, false);
  expect(await stop()).toBe(0);
  expect(await slow).toBeUndefined();
  expect(stdout()).toContain('requests are cut off');
});

test('due jobs end before the process exits', async () => {
  const { url, stop, stdout } = await server.start();
  expect(
    (await fetch(`${url}/later`, { method: 'POST', headers: { connection: 'close' } })).status,
  ).toBe(200);
  expect(await stop()).toBe(0);
  expect(stdout()).toContain('a slow effect ended');
});

test('a second signal ends all processes immediately', async () => {
  const { url, child, stop } = await server.start();
  const slow = call(`${url}/slow?ms=20000`, false);
  const { pid } = (await call(`${url}/hello`, false))!;
  child.kill('SIGTERM');
  await expect.poll(() => call(`${url}/hello`, false)).toBeUndefined();
  expect(await stop('SIGINT')).toBe(1);
  expect(await slow).toBeUndefined();
  // The process that reaps orphans may take a while.
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test('workers exit when their supervisor is killed', async () => {
  const { url, stop } = await server.start({ GATI_WORKERS: '2' });
  const pids = new Set<number>();
  await expect.poll(async () => pids.add((await call(`${url}/hello`, false))!.pid).size).toBe(2);
  const idle = connect(Number(new URL(url).port), '127.0.0.1');
  idle.on('error', () => {});
  await stop('SIGKILL');
  await expect.poll(() => [...pids].filter(isAlive).length).toBe(0);
  idle.destroy();
});

test('after a drain began, a response has connection: close and idle connections end', async () => {
  const { url, stop } = await server.start();
  const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })] as const;
  const file = join(temporaryFolder('drain'), 'go');
  const connectionOf = (path: string, agent: Agent): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request(url + path, { agent }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.headers.connection));
      });
      sent.on('error', reject);
      sent.end();
    });
  const held = connectionOf(`/held?file=${encodeURIComponent(file)}`, agents[0]);
  expect(await connectionOf('/hello', agents[1])).toBe('keep-alive');
  const code = stop();
  // The supervisor closes its port before the worker knows that it drains.
  await expect.poll(() => connectionOf('/hello', agents[1])).toBe('close');
  writeFileSync(file, '');
  expect(await held).toBe('close');
  expect(await code).toBe(0);
  for (const agent of agents) agent.destroy();
});
