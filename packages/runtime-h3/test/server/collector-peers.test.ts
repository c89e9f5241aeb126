import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { eventually, until } from '@gati/test-kit/wait';
import { afterEach, describe, expect, test } from 'vitest';
import { connectPeers, type Peers } from '../../src/server/collector/peers/connect-peers.ts';
import { listenForPeers } from '../../src/server/collector/peers/listen-for-peers.ts';
import {
  PEER_IDENTITY,
  PEER_TLS,
  peerKey,
} from '../../src/server/collector/peers/peer-protocol.ts';
import { createPeerSender } from '../../src/server/collector/peers/send-to-peers.ts';
import { readPeerSettings } from '../../src/server/collector/peers/settings.ts';
import type { TelemetryBatch } from '../../src/types/telemetry.ts';
import { createDropLog } from '../../src/server/collector/drop-log.ts';
import { createJsonLogger } from '../../src/telemetry/log/logger.ts';

const TOKEN = 'a-secret-of-at-least-32-characters';
const SPAN = {
  span: {
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    parentId: '3'.repeat(16),
    name: 'handler',
    kind: 'internal',
    start: 1000,
    us: 5,
    attributes: {},
  },
};
const LINES = [
  { msg: 'hello', level: 'info', time: '2026-11-30T12:00:00.000Z' },
  SPAN,
  { gati: 'callers', callers: [] },
].map((line) => JSON.stringify(line));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Pod extends Peers {
  port: number;
  batches: TelemetryBatch[];
  /** Messages of the logs of others. */
  messages(): string[];
}

/** Starts the part of a collector that exchanges telemetry. */
async function startPod(env: Record<string, string>): Promise<Pod> {
  const batches: TelemetryBatch[] = [];
  let log = '';
  const logger = createJsonLogger({ level: 'info', write: (text) => void (log += text) });
  const settings = readPeerSettings({ GATI_PEER_TOKEN: TOKEN, ...env })!;
  const peers = await connectPeers(settings, {
    store: { write: (batch) => void batches.push(batch) },
    drops: createDropLog(logger),
    logger,
  });
  cleanups.push(async () => {
    peers.stopListening();
    await peers.close();
  });
  return {
    ...peers,
    port: Number(/"port":(\d+)/.exec(log)?.[1]),
    batches,
    messages: () => batches.flatMap(({ logs }) => logs.map(({ message }) => message)),
  };
}

const listening = (): Promise<Pod> => startPod({ GATI_PEER_PORT: '0' });

describe('telemetry of other servers', () => {
  test('is in the store with the name and the processes of its server', async () => {
    const core = await listening();
    const pod = await startPod({ GATI_PEERS: `127.0.0.1:${core.port}` });
    for (const line of LINES) pod.relay!(line, 7);
    pod.relay!(LINES[0]!, 8);
    await until('all lines are stored', () => core.messages().length === 2);
    const logs = core.batches.flatMap((batch) => batch.logs);
    expect(logs.map(({ pid }) => pid)).toEqual([7, 8]);
    expect(logs[0]!.instance).toMatch(/^[\w.-]+$/);
    expect(core.batches.flatMap(({ spans }) => spans)).toMatchObject([SPAN.span]);
  });

  test('waits for a server that starts later, and goes on after a restart', async () => {
    const first = await listening();
    const { port } = first;
    first.stopListening();
    const pod = await startPod({ GATI_PEERS: `127.0.0.1:${port}` });
    pod.relay!(LINES[0]!, 7);
    const second = await startPod({ GATI_PEER_PORT: String(port) });
    await until('the line is stored', () => second.messages().length === 1);
    second.stopListening();
    const third = await startPod({ GATI_PEER_PORT: String(port) });
    await until('a line is stored after the restart', () => {
      pod.relay!(LINES[0]!, 7);
      return third.messages().length > 0;
    });
  });

  test('does not come from the server itself, and once from a server with two addresses', async () => {
    const core = await listening();
    const hello = { gati: 'peer', id: 'pod', instance: 'pod' } as const;
    const twice = ['127.0.0.1', 'localhost', '127.0.0.1'].map((host) => ({
      host,
      port: core.port,
    }));
    const sender = createPeerSender({ peers: twice, token: TOKEN, hello });
    cleanups.push(() => sender.close());
    sender.write(LINES[0]!, 7);
    await until('the line is stored', () => core.messages().length > 0);
    const own = createPeerSender({
      peers: twice,
      token: TOKEN,
      hello: { ...hello, id: core.id },
    });
    cleanups.push(() => own.close());
    own.write(LINES[0]!, 7);
    sender.write(LINES[0]!, 7);
    await until('the next line is stored', () => core.messages().length > 1);
    expect(core.messages()).toHaveLength(2);
  });

  test('reach a server at its second address once its first one is gone', async () => {
    const core = await listening();
    const hello = { gati: 'peer', id: 'pod', instance: 'pod' } as const;
    let addresses = [{ address: '127.0.0.1' }];
    let lookups = 0;
    const sender = createPeerSender({
      peers: [{ host: 'core', port: core.port }],
      token: TOKEN,
      hello,
      interval: 1,
      findAddresses: () => Promise.resolve((lookups++, addresses)),
    });
    cleanups.push(() => sender.close());
    const sendUntil = (count: number): Promise<unknown> =>
      until('a line is stored', () => {
        sender.write(LINES[0]!, 7);
        return core.messages().length > count;
      });
    await sendUntil(0);
    addresses = [{ address: '127.0.0.1' }, { address: 'localhost' }];
    // The second address is left out after its connection, which needs some lookups.
    const [before, known] = [lookups, core.messages().length];
    await until('both are known', () => lookups > before + 20);
    await sendUntil(known);
    addresses = [{ address: 'localhost' }];
    const later = lookups;
    await until('the first is gone', () => lookups > later + 2);
    await sendUntil(core.messages().length + 1);
  });

  test('are looked up again only after the last lookup has ended', async () => {
    let [running, most, lookups] = [0, 0, 0];
    const sender = createPeerSender({
      peers: [{ host: 'core', port: 9 }],
      token: TOKEN,
      hello: { gati: 'peer', id: 'pod', instance: 'pod' },
      interval: 1,
      async findAddresses() {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 10));
        running--;
        lookups++;
        return [];
      },
    });
    cleanups.push(() => sender.close());
    await until('there are some lookups', () => lookups > 3);
    expect(most).toBe(1);
  });
});

/** Opens a connection, and resolves to what the server sent when it has closed. */
function send(socket: Socket, text: string, on = 'connect'): Promise<string> {
  let received = '';
  return new Promise((resolve) => {
    socket.setEncoding('utf8').on('data', (part: string) => (received += part));
    socket.on(on, () => socket.write(text));
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}

const withKey = (port: number, key: Buffer, identity = PEER_IDENTITY): Socket =>
  connectTls({
    ...PEER_TLS,
    host: '127.0.0.1',
    port,
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk: key, identity }),
  });

/** Starts a port that closes no connection because of the time. */
async function startPort(): Promise<{ port: number; received: string[] }> {
  const received: string[] = [];
  const server = await listenForPeers({
    listen: { host: '127.0.0.1', port: 0 },
    token: TOKEN,
    hello: { gati: 'peer', id: 'core', instance: 'core' },
    ingest: { connection: () => (text) => void received.push(text) },
    handshakeTime: 600_000,
  });
  cleanups.push(() => server.close());
  return { port: server.port, received };
}

describe('CVE-2026-134804: the port for other servers', () => {
  test('rejects a client that does not know the token', async () => {
    const core = await startPort();
    const hello = '{"gati":"peer","id":"x","instance":"x"}\n';
    const text = `${hello}${LINES[0]}\n`;
    const wrong = peerKey('another-secret-of-32-characters-or-more');
    expect(await send(connectTcp(core.port, '127.0.0.1'), text)).not.toContain('peer');
    expect(await send(withKey(core.port, wrong), text, 'secureConnect')).toBe('');
    expect(await send(withKey(core.port, peerKey(TOKEN), 'root'), text, 'secureConnect')).toBe('');
    const noPsk = connectTls({ host: '127.0.0.1', port: core.port, rejectUnauthorized: false });
    expect(await send(noPsk, text, 'secureConnect')).toBe('');
    expect(core.received).toEqual([]);
  });

  test.each([
    ['x'.repeat(1000), 'a first line without end'],
    ['{"gati":"peer","id":"<b>","instance":"x"}\n', 'an invalid id'],
    ['{"gati":"peer","id":"x","instance":"../x"}\n', 'an invalid name'],
    ['{"gati":"peer","id":"core","instance":"x"}\n', 'the id of the server itself'],
    [`${LINES[0]}\n`, 'a line in place of the first one'],
  ])('closes a connection with %s', async (text) => {
    const core = await startPort();
    await send(withKey(core.port, peerKey(TOKEN)), text, 'secureConnect');
    expect(core.received).toEqual([]);
  });

  test('takes eight connections of one address', async () => {
    const core = await startPort();
    const sockets = Array.from({ length: 12 }, () => connectTcp(core.port, '127.0.0.1'));
    cleanups.push(() => sockets.forEach((socket) => socket.destroy()));
    for (const socket of sockets) socket.on('error', () => {}).resume();
    await eventually(() => expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(4));
  });
});

test.each([
  [{ GATI_PEERS: 'core:4400' }, /GATI_PEER_TOKEN is missing/],
  [{ GATI_PEER_PORT: '1', GATI_PEER_TOKEN: 'short' }, /GATI_PEER_TOKEN=…/],
  [{ GATI_PEERS: 'core', GATI_PEER_TOKEN: TOKEN }, /GATI_PEERS/],
  [{ GATI_PEERS: 'http://core:1', GATI_PEER_TOKEN: TOKEN }, /GATI_PEERS/],
  [{ GATI_PEERS: 'core:0', GATI_PEER_TOKEN: TOKEN }, /GATI_PEERS/],
  [{ GATI_PEERS: 'a:1,'.repeat(65), GATI_PEER_TOKEN: TOKEN }, /GATI_PEERS/],
])('a server does not start with the peers %j', (env, message) => {
  expect(() => readPeerSettings(env)).toThrow(message);
});

test('a server has no peers by default, and listens on loopback', () => {
  expect(readPeerSettings({ GATI_PEER_TOKEN: TOKEN })).toBeUndefined();
  expect(
    readPeerSettings({
      GATI_PEERS: '[::1]:1, core:2',
      GATI_PEER_PORT: '3',
      GATI_PEER_TOKEN: TOKEN,
    }),
  ).toEqual({
    peers: [
      { host: '::1', port: 1 },
      { host: 'core', port: 2 },
    ],
    listen: { host: '127.0.0.1', port: 3 },
    token: TOKEN,
  });
});
