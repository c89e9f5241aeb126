// Output towards clients and readers that do not read.
import { flood, frame, get, request } from '../lib/client.mjs';
import { untilTrue } from '../lib/server.mjs';

const MIB = 1_048_576;

/** Milliseconds after which the server closes the connection of a client that reads nothing. */
const WRITE_TIMEOUT = 3000;
const env = { GATI_LIMITS: `writeTimeout=${WRITE_TIMEOUT}` };

/** Waits until the server has ended the connections of clients that read nothing. */
const ended = async (clients) => ({
  what: 'connections end',
  unit: 'ms',
  max: WRITE_TIMEOUT + 9000,
  value: await untilTrue(() => clients.openOnServer === 0, WRITE_TIMEOUT + 12_000),
});

async function silentRow(clients, count, text) {
  clients.silent(count, text);
  await untilTrue(() => clients.openOnServer === count, 5000);
  return [await ended(clients)];
}

export const rows = [
  {
    name: 'pipelining',
    about: '12 clients send 64 KB of requests for 100 KB each and read nothing',
    env,
    run: ({ clients }) => silentRow(clients, 12, get('/text/100').repeat(1600)),
  },
  {
    name: 'slow-readers',
    about: '100 clients request 10 MB each and read nothing',
    env,
    run: ({ clients }) => silentRow(clients, 100, get('/text/10240')),
  },
  {
    name: 'event-streams',
    about: '100 clients request endless events and read nothing',
    env,
    run: ({ clients }) => silentRow(clients, 100, get('/events')),
  },
  {
    name: 'echo-unread',
    about: 'a WebSocket client sends 600 MB to an echo and reads nothing',
    env,
    async run({ clients }) {
      const socket = await clients.webSocket('/echo');
      const message = frame(1, JSON.stringify({ text: 'x'.repeat(50_000) }));
      await flood(
        socket,
        Buffer.concat(Array.from({ length: 10 }, () => message)),
        600 * MIB,
        10_000,
      );
      return [await ended(clients)];
    },
  },
  {
    name: 'echo',
    about: 'a WebSocket client sends 600 MB to an echo and reads it',
    async run({ clients }) {
      const socket = await clients.webSocket('/echo');
      let read = 0;
      socket.on('data', (chunk) => (read += chunk.length)).resume();
      const message = frame(1, JSON.stringify({ text: 'x'.repeat(50_000) }));
      const sent = await flood(
        socket,
        Buffer.concat(Array.from({ length: 10 }, () => message)),
        600 * MIB,
        60_000,
      );
      await untilTrue(() => read > sent * 0.999, 20_000);
      return [{ what: 'echoed', unit: 'MB', min: 599, value: read / MIB }];
    },
  },
  {
    name: 'pongs',
    about: 'a WebSocket client sends 100 MB of pings and reads no pong',
    env,
    async run({ clients }) {
      const socket = await clients.webSocket('/echo');
      const pings = Buffer.concat(Array.from({ length: 500 }, () => frame(9, 'x'.repeat(125))));
      await flood(socket, pings, 100 * MIB, 10_000);
      return [await ended(clients)];
    },
  },
  {
    name: 'hooks',
    about: 'a WebSocket client sends 1,000,000 messages to a hook of 200 ms, for 10 s at most',
    async run({ clients }) {
      const socket = await clients.webSocket('/slow');
      const messages = Buffer.concat(Array.from({ length: 1000 }, () => frame(1, '{"text":"x"}')));
      const sent = await flood(socket, messages, 1000 * messages.length, 10_000);
      // 100 hooks at a time in two workers, and what the system buffers.
      return [
        {
          what: 'messages taken',
          unit: '',
          max: 800_000,
          value: sent / frame(1, '{"text":"x"}').length,
        },
      ];
    },
  },
  {
    name: 'unread-log',
    about: 'a server whose log nobody reads serves 300,000 requests, or as many as in 15 s',
    readsLog: false,
    async run({ port, clients }) {
      const text = get(`/process?${'x'.repeat(200)}`).repeat(100);
      const sockets = Array.from({ length: 4 }, () => clients.connect().resume());
      await Promise.all(sockets.map((socket) => flood(socket, text, 750 * text.length, 15_000)));
      const { text: metrics } = await request(port, '/metrics');
      const dropped = /limit="logQueue"} (\d+)/.exec(metrics)?.[1] ?? 0;
      return [{ what: 'dropped writes are counted', unit: '', min: 1, value: Number(dropped) }];
    },
  },
];
