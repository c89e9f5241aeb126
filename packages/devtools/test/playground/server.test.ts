import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import type { Schema } from '@gati/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { readOrigin } from '../../src/access/origin.ts';
import { createServerGate } from '../../src/access/server-gate.ts';
import { type AccessStore, openAccessStore } from '../../src/access/store/access-store.ts';
import { createMemoryAudit } from '../../src/access/audit.ts';
import type { ReplyEvent } from '../../src/api/playground.ts';
import { type AppFacts, createPlaygroundFiles } from '../../src/server/index.ts';
import type { RouteFacts } from '../../src/server/app-facts.ts';
import { FACTS, type PanelServer, startPanel } from '../helpers/panel-server.ts';
import { NOW } from '../helpers/records.ts';

const route = (
  id: string,
  contract: Partial<NonNullable<RouteFacts['contract']>> = {},
): RouteFacts => {
  const [method, template] = id.split(' ') as ['GET', string];
  const common = { id, method, domain: 'root', file: 'src/handlers/x.ts' };
  return {
    ...common,
    path: template,
    name: 'x',
    contract: { ...common, path: template, name: ['x'], responses: {}, ...contract },
  };
};
const NUMBER: Schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
const JSON_200 = { '200': { schema: NUMBER, contentType: 'application/json' } };
const APP: AppFacts = {
  ...FACTS,
  base: '',
  routes: [
    route('GET /value/:kind', { responses: JSON_200 }),
    route('GET /value/special', { responses: {} }),
    route('POST /echo'),
    route('GET /events', {
      responses: { '200': { schema: NUMBER, contentType: 'text/event-stream', stream: true } },
    }),
    route('GET /slow'),
    route('WS /chat/:room', { send: NUMBER, receive: NUMBER }),
    route('GET /files/*rest'),
  ],
};

let panel: PanelServer;
let app: http.Server;
let port = 0;
let slow: http.ServerResponse | undefined;
const received: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }[] =
  [];
const audit = createMemoryAudit();
const root = temporaryFolder('playground');

beforeAll(async () => {
  app = http.createServer((req, res) => void respond(req, res));
  const sockets = new WebSocketServer({ noServer: true });
  app.on('upgrade', (req, socket, head) => {
    if (req.headers.authorization !== 'Bearer t') {
      socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno');
      return;
    }
    sockets.handleUpgrade(req, socket, head, (client) => {
      client.on('message', (data) => client.send(data.toString()));
    });
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  ({ port } = app.address() as AddressInfo);
  panel = await startPanel(undefined, {
    app: () => APP,
    audit,
    ports: {
      app: { address: () => ({ host: '127.0.0.1', port, isSecure: false }) },
      playground: createPlaygroundFiles(root),
    },
  });
});
afterAll(async () => {
  await panel.close();
  app.closeAllConnections();
  await new Promise((resolve) => app.close(resolve));
});

async function respond(req: http.IncomingMessage, res: http.ServerResponse): Promise<void> {
  let body = '';
  for await (const part of req) body += String(part);
  const { method = '', url = '', headers } = req;
  received.push({ method, url, headers, body });
  if (url === '/value/redirect') return void res.writeHead(302, { location: '/_control/' }).end();
  if (url.startsWith('/value'))
    return void res
      .writeHead(
        200,
        [
          ['content-type', 'application/json'],
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ].flat(),
      )
      .end(url === '/value/right' ? '{"n":1}' : '{"n":"one"}');
  if (url === '/events') {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    return void res.end(
      'data: {"n":1}\r\n\r\nevent: other\ndata: x\nid: 7\n\ndata: {"n":\ndata: "no"}\n\n',
    );
  }
  if (url === '/slow') return void (slow = res);
  res.writeHead(200, { 'content-type': 'application/octet-stream' }).end(body);
}

const ADDRESS = '/_control/api/playground/';
let token = '';
async function logIn(): Promise<Record<string, string>> {
  if (token === '') {
    const { text } = await panel.post('/_control/api/access/code', { code: panel.code });
    ({ token } = JSON.parse(text) as { token: string });
  }
  return { authorization: `Bearer ${token}` };
}
const linesOf = (text: string): ReplyEvent[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ReplyEvent);
const read = async (target: string, part: object = {}): Promise<ReplyEvent[]> => {
  const body = { method: 'GET', path: target, headers: [], ...part };
  return linesOf((await panel.post(`${ADDRESS}read`, body)).text);
};
const find = <Type extends ReplyEvent['type']>(events: ReplyEvent[], type: Type) =>
  events.find((event) => event.type === type) as Extract<ReplyEvent, { type: Type }> | undefined;
const codeOf = ({ text }: { text: string }): string => (JSON.parse(text) as { code: string }).code;

describe('a request of the playground', () => {
  test('returns head, body and the check against the contract, in one trace', async () => {
    const events = await read('/value/right?x=1', { headers: [['X-More', 'ä']] });
    const head = find(events, 'head')!;
    expect(head).toMatchObject({ status: 200, text: 'OK' });
    expect(head.headers.filter(([name]) => name === 'set-cookie')).toHaveLength(2);
    const { traceId } = find(events, 'start')!;
    expect(received.at(-1)!.headers).toMatchObject({
      host: `127.0.0.1:${port}`,
      'x-more': 'ä',
      traceparent: expect.stringContaining(traceId),
    });
    expect(find(events, 'end')).toMatchObject({ bytes: 11, contract: { result: 'differs' } });
    const right = await read('/value/right');
    expect(Buffer.from(find(right, 'data')!.base64, 'base64').toString()).toBe('{"n":1}');
    expect(find(right, 'end')!.contract.result).toBe('fits');
    expect(find(await read('/value/wrong'), 'end')!.contract.violations).toEqual([
      { in: 'response', pointer: '/n', message: 'must be an integer', rule: 'type' },
    ]);
  });

  test('is checked against the route that takes its method and its path', async () => {
    const check = async (target: string, method = 'GET') =>
      find(await read(target, { method }), 'end')!.contract;
    expect((await check('/value/special')).violations[0]!.rule).toBe('status');
    expect(await check('/value/wrong', 'HEAD')).toMatchObject({ result: 'unchecked' });
    expect(await check('/value/wrong', 'OPTIONS')).toMatchObject({ result: 'unchecked' });
  });

  test('shows a redirect and does not follow it', async () => {
    const before = received.length;
    expect(find(await read('/value/redirect'), 'head')!.status).toBe(302);
    expect(received.length).toBe(before + 1);
  });

  test('streams events, and checks the data of each', async () => {
    const events = (await read('/events')).filter((event) => event.type === 'event');
    expect(
      events.map(({ event, id, data, violations }) => [event, id, data, violations.length]),
    ).toEqual([
      ['message', '', '{"n":1}', 0],
      ['other', '7', 'x', 0],
      ['message', '7', '{"n":\n"no"}', 1],
    ]);
  });

  test('ends in the app when the client leaves', async () => {
    const { host } = new URL(panel.url);
    const [hostname, panelPort] = host.split(':');
    const headers = { origin: panel.url, 'content-type': 'application/json', 'x-gati-panel': '1' };
    const request = http.request({
      host: hostname,
      port: panelPort,
      path: `${ADDRESS}read`,
      method: 'POST',
      headers,
    });
    request.on('error', () => {});
    request.end(JSON.stringify({ method: 'GET', path: '/slow', headers: [] }));
    await until('the app has the request', () => slow !== undefined);
    request.destroy();
    await until('the app sees the client leave', () => slow!.destroyed);
  });
});

describe('GHSA-3v9w-6365-9w54: the playground reaches only routes of its own app', () => {
  test.each([
    '/other',
    '/_control/api/traces',
    '//evil.example/value/x',
    'http://evil.example/value/x',
    '/value/../_control',
    '/files/../../_control/',
    '/files/%2e%2e/%2e%2e/_control',
    '/files/%252e%252e/x',
    '/files/a\\..\\b',
    '/value/x#y',
    '/value/x\r\nhost: evil',
    '/value/ü',
    'value/x',
    '',
  ])('no request is sent to %j', async (target) => {
    const before = received.length;
    const body = { method: 'GET', path: target, headers: [] };
    const { status } = await panel.post(`${ADDRESS}read`, body);
    expect([status, received.length]).toEqual([400, before]);
  });

  test.each([
    ['Host', 'evil'],
    ['content-length', '5'],
    ['Transfer-Encoding', 'chunked'],
    ['connection', 'upgrade'],
    ['x-gati-client', '{}'],
    ['bad name', 'x'],
    ['x', 'a\r\nb: c'],
  ])('no request is sent with the header %s', async (name, value) => {
    const before = received.length;
    const body = { method: 'GET', path: '/value/x', headers: [[name, value]] };
    expect((await panel.post(`${ADDRESS}read`, body)).status).toBe(400);
    expect(received.length).toBe(before);
  });
});

describe('CVE-2026-71319: a request that may change the app needs the code of the terminal', () => {
  const body = { method: 'POST', path: '/echo?token=canary', headers: [], body: { text: 'hi' } };

  test('safe methods need none, others and sockets do', async () => {
    expect(codeOf(await panel.post(`${ADDRESS}send`, body))).toBe('code_required');
    expect(codeOf(await panel.post(`${ADDRESS}connect`, { path: '/chat/a', headers: [] }))).toBe(
      'code_required',
    );
    // The address for safe methods sends no others.
    expect(codeOf(await panel.post(`${ADDRESS}read`, body))).toBe('invalid_input');
    const foreign = { origin: 'http://127.0.0.1:1' };
    expect(
      codeOf(
        await panel.post(
          `${ADDRESS}read`,
          { method: 'GET', path: '/value/x', headers: [] },
          foreign,
        ),
      ),
    ).toBe('foreign_origin');
    expect((await panel.post(`${ADDRESS}read`, {}, { 'x-gati-panel': undefined })).status).toBe(
      403,
    );
  });

  test('the audit log has it without its query and its body', async () => {
    const { text } = await panel.post(`${ADDRESS}send`, { ...body, reason: 'why' }, await logIn());
    expect(find(linesOf(text), 'end')!.bytes).toBe(2);
    expect(received.at(-1)).toMatchObject({ method: 'POST', body: 'hi' });
    const [entry] = audit.list({ limit: 1 }).items;
    expect(entry).toMatchObject({
      action: 'playground.send',
      reason: 'why',
      input: { method: 'POST', path: '/echo' },
    });
    expect(JSON.stringify(entry)).not.toContain('canary');
  });
});

/** Starts the panel of a built server, with a token for each person. */
async function startProduction(): Promise<{
  panel: PanelServer;
  store: AccessStore;
  tokenOf(person: 'ada' | 'otto', role: 'viewer' | 'operator'): Record<string, string | undefined>;
}> {
  const store = openAccessStore(':memory:', () => NOW);
  store.people.add({ id: 'ada', name: 'Ada', role: 'owner' });
  store.people.add({ id: 'otto', name: 'Otto', role: 'operator' });
  const production = await startPanel(undefined, {
    app: () => ({ ...APP, mode: 'production' }),
    gate: createServerGate({
      store,
      origin: readOrigin('https://panel.example', 0),
      now: () => NOW,
    }),
    audit: store.audit,
    ports: { app: { address: () => ({ host: '127.0.0.1', port, isSecure: false }) } },
  });
  return {
    panel: production,
    store,
    tokenOf: (person, role) => ({
      origin: undefined,
      authorization: `Bearer ${store.tokens.create({ person, name: role, role, expires: NOW + 1000 })}`,
    }),
  };
}

test('in production, requests need the role operator, and unsafe ones a reason', async () => {
  const { panel: production, store, tokenOf } = await startProduction();
  const post = (name: string, body: object, role: 'viewer' | 'operator') =>
    production.post(`${ADDRESS}${name}`, body, tokenOf('ada', role));
  const get = { method: 'GET', path: '/value/right', headers: [] };
  const change = { method: 'POST', path: '/echo', headers: [], body: { text: 'x' } };
  const before = received.length;
  expect(codeOf(await production.post(`${ADDRESS}read`, get))).toBe('foreign_origin');
  for (const [name, body] of [
    ['read', get],
    ['send', change],
    ['connect', { path: '/chat/a', headers: [] }],
  ] as const)
    expect(codeOf(await post(name, body, 'viewer'))).toBe('role_required');
  expect(codeOf(await post('send', change, 'operator'))).toBe('reason_required');
  expect(received.length).toBe(before);
  expect((await post('read', get, 'operator')).status).toBe(200);
  const sent = await post('send', { ...change, reason: 'ticket 7' }, 'operator');
  expect(find(linesOf(sent.text), 'head')!.status).toBe(200);
  expect(store.audit.list({ limit: 5 }).items[0]).toMatchObject({
    action: 'playground.send',
    reason: 'ticket 7',
    result: 'done',
    actor: { kind: 'token' },
  });
  await production.close();
  store.close();
});

test('CVE-2026-24740: the id of a socket is of no use to another person', async () => {
  const { panel: production, store, tokenOf } = await startProduction();
  const owner = tokenOf('ada', 'operator');
  const response = await fetch(`${production.url}${ADDRESS}connect`, {
    method: 'POST',
    headers: {
      authorization: owner.authorization!,
      'content-type': 'application/json',
      'x-gati-panel': '1',
    },
    body: JSON.stringify({
      path: '/chat/a',
      headers: [['authorization', 'Bearer t']],
      reason: 'ticket 8',
    }),
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let isDone = false; !isDone && !text.includes('"open"');) {
    const { value = '', done } = await reader.read();
    text += value;
    isDone = done;
  }
  expect(text).toContain('"open"');
  const { id } = find(linesOf(text), 'start')!;
  const message = { id, text: '{"n":1}' };
  const post = (name: string, body: object, headers: Record<string, string | undefined>) =>
    production.post(`${ADDRESS}${name}`, body, headers);
  expect(codeOf(await post('message', message, tokenOf('otto', 'operator')))).toBe('not_found');
  const close = { id, code: 4001, reason: '' };
  expect(codeOf(await post('close', close, tokenOf('otto', 'operator')))).toBe('not_found');
  expect(codeOf(await post('message', message, tokenOf('ada', 'viewer')))).toBe('role_required');
  expect((await post('message', message, owner)).status).toBe(204);
  await reader.cancel();
  await production.close();
  store.close();
});

test('a socket sends and receives typed messages, and closes with a code', async () => {
  const headers = {
    ...(await logIn()),
    origin: panel.url,
    'content-type': 'application/json',
    'x-gati-panel': '1',
  };
  const connect = (authorization: string) =>
    fetch(`${panel.url}${ADDRESS}connect`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ path: '/chat/a', headers: [['authorization', authorization]] }),
    });
  const refused = linesOf(await (await connect('Bearer x')).text());
  expect(find(refused, 'head')!.status).toBe(401);
  expect(find(refused, 'data')!.base64).toBe(Buffer.from('no').toString('base64'));

  const response = await connect('Bearer t');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (wanted: string): Promise<void> => {
    while (!text.includes(wanted)) text += (await reader.read()).value ?? '';
  };
  await until('"open"');
  const { id } = find(linesOf(text), 'start')!;
  const post = (name: string, body: object) => panel.post(`${ADDRESS}${name}`, body, headers);
  expect((await post('message', { id: 'x', text: 'a' })).status).toBe(404);
  expect((await post('message', { id, text: '{"n":1}' })).status).toBe(204);
  expect((await post('message', { id, text: '{"n":"x"}' })).status).toBe(204);
  await until('must be an integer');
  const messages = linesOf(text.slice(0, text.lastIndexOf('\n'))).filter(
    ({ type }) => type === 'message',
  );
  expect(messages.map((event) => 'violations' in event && event.violations.length)).toEqual([0, 1]);
  expect((await post('close', { id, code: 1005, reason: '' })).status).toBe(400);
  expect((await post('close', { id, code: 4001, reason: 'bye' })).status).toBe(204);
  await until('"close"');
  expect(find(linesOf(text), 'close')).toMatchObject({ code: 4001 });
});

describe('files of the playground', () => {
  const folder = path.join(root, '.gati/playground');
  const act = async (name: string, input: object) => {
    const { status, text } = await panel.post(
      `/_control/api/actions/${name}`,
      { input },
      await logIn(),
    );
    return {
      status,
      ...(JSON.parse(text) as { code?: string; result: { slug: string; revision: string } }),
    };
  };
  const list = async () => {
    const { text } = await panel.get(`${ADDRESS}workspace`);
    return (
      JSON.parse(text) as {
        files: {
          requests: { slug: string; revision: string; content: { name: string } }[];
          problems: unknown[];
          environments: { revision: string };
        };
      }
    ).files;
  };
  const content = { name: 'Echo it!', request: 'POST /echo', body: { a: 1, list: ['x'] } };

  test('keep comments, the order of keys and unknown keys', async () => {
    const { result } = await act('playground.save', { content });
    expect(result.slug).toBe('echo-it');
    const file = path.join(folder, 'echo-it.yaml');
    expect(fs.readFileSync(file, 'utf8')).toBe(
      'name: Echo it!\nrequest: POST /echo\nbody:\n  a: 1\n  list:\n    - x\n',
    );
    fs.writeFileSync(
      file,
      '# Top\nrequest: POST /echo # the route\nbefore: script\nname: Echo it!\nbody:\n  # cents\n  a: 1\n  list:\n    - x # first\nversion: ^1.0\n',
    );
    const [found] = (await list()).requests;
    const { slug, revision } = found!;
    const changed = { ...content, body: { a: 2, list: ['x', 'y'], c: true } };
    expect((await act('playground.save', { content: changed, slug, revision })).status).toBe(200);
    expect(fs.readFileSync(file, 'utf8')).toBe(
      '# Top\nrequest: POST /echo # the route\nbefore: script\nname: Echo it!\nbody:\n  # cents\n  a: 2\n  list:\n    - x # first\n    - y\n  c: true\n',
    );
    // The editor of the user was faster.
    const late = await act('playground.save', { content, slug, revision });
    expect([late.status, late.code]).toEqual([409, 'file_changed']);
    expect((await act('playground.remove', { slug, revision })).code).toBe('file_changed');
    expect((await act('playground.remove', (await list()).requests[0]!)).status).toBe(400);
    const { revision: now } = (await list()).requests[0]!;
    expect((await act('playground.remove', { slug, revision: now })).status).toBe(200);
    expect(fs.existsSync(file)).toBe(false);
  });

  test('CVE-2026-27148: no name leads out of the folder or replaces another file', async () => {
    const names = [
      '../../vite.config.ts',
      '.git/hooks/x',
      'con',
      'a\u0000b',
      'a\nb',
      'x'.repeat(101),
      '',
      'environments',
      '…',
    ];
    const results = [];
    for (const name of names)
      results.push(await act('playground.save', { content: { ...content, name } }));
    const slugs = results.map(({ status, result }) => (status === 200 ? result.slug : status));
    expect(slugs).toEqual([
      'vite-config-ts',
      'git-hooks-x',
      'request-con',
      400,
      400,
      400,
      400,
      'request-environments',
      'request',
    ]);
    expect(
      (await act('playground.save', { content: { ...content, name: 'con' } })).result.slug,
    ).toBe('request-con-2');
    for (const slug of ['..', '../x', 'a/b', 'environments', 'con'])
      expect((await act('playground.save', { content, slug, revision: 'x' })).status).toBe(
        slug === 'con' || slug === 'environments' ? 400 : 400,
      );
    expect(fs.readdirSync(root)).toEqual(['.gati']);
    // A link is not followed, neither to read nor to write.
    fs.writeFileSync(path.join(root, 'outside.yaml'), 'name: Outside\nrequest: GET /x\n');
    fs.symlinkSync(path.join(root, 'outside.yaml'), path.join(folder, 'link.yaml'));
    expect((await list()).requests.map(({ slug }) => slug)).not.toContain('link');
    expect(
      (await act('playground.save', { content: { ...content, name: 'link' } })).result.slug,
    ).toBe('link-2');
  });

  test('never contain a secret', async () => {
    const unsafe = [
      { ...content, headers: { authorization: 'Bearer canary' } },
      { ...content, body: { user: { password: 'canary' } } },
      { ...content, body: [{ tokens: ['{{a}}', 'canary'] }] },
      { ...content, extra: [{ in: 'cookie', name: 'sid', value: 'canary' }] },
      { ...content, extra: [{ in: 'header', name: 'x-api-key', value: 'canary' }] },
    ];
    for (const each of unsafe)
      expect((await act('playground.save', { content: each })).code).toBe('secret_in_file');
    const { environments } = await list();
    const saved = await act('playground.environments', {
      ...environments,
      secrets: ['token'],
      environments: { local: { token: 'canary' } },
    });
    expect(saved.code).toBe('secret_in_file');
    const files = fs
      .readdirSync(folder)
      .map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
    expect(files.join('')).not.toContain('canary');
  });

  test('a damaged file is reported, and hides no other', async () => {
    fs.writeFileSync(path.join(folder, 'damaged.yaml'), 'name: [\n');
    fs.writeFileSync(
      path.join(folder, 'environments.yaml'),
      'environments:\n  local:\n    n: 5\nsecrets: [token]\n',
    );
    const { problems, environments } = await list();
    expect(problems).toEqual([{ file: 'damaged.yaml', reason: expect.any(String) }]);
    expect(environments).toMatchObject({ environments: { local: { n: '5' } }, secrets: ['token'] });
    const { revision } = environments;
    await act('playground.environments', {
      revision,
      secrets: [],
      environments: { local: { n: '6' } },
    });
    expect(fs.readFileSync(path.join(folder, 'environments.yaml'), 'utf8')).toBe(
      'environments:\n  local:\n    n: "6"\nsecrets: []\n',
    );
  });
});
