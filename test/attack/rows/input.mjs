// Work and memory that grow with what a client sends.
import { get, request, sleep } from '../lib/client.mjs';
import { untilTrue } from '../lib/server.mjs';

const json = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body });

/** Nested objects: `{"next":{"next":… }}`. */
const nested = (key, depth, end, more = '') =>
  `{${more}"${key}":`.repeat(depth) + end + '}'.repeat(depth);

/** Sends bodies at the same time. */
async function slowest(port, path, inits) {
  const responses = await Promise.all(inits.map((init) => request(port, path, init)));
  const statuses = [...new Set(responses.map(({ status }) => status))];
  return {
    what: `slowest response (${statuses.join(', ')})`,
    unit: 'ms',
    max: 1000,
    value: Math.max(...responses.map(({ ms }) => ms)),
  };
}

const post = (path, type, length, body) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${body}`;

export const rows = [
  {
    name: 'recursive-union',
    about: 'bodies of 88 bytes to 1 MB against recursive types, valid up to their last value',
    async run({ port }) {
      const figures = [];
      for (const [path, bodies] of [
        ['/nodes', [12, 30, 60].map((depth) => nested('next', depth, '1'))],
        ['/nodes', [60].map((depth) => nested('next', depth, 'null', '"kind":"c",'))],
        ['/comments', [20, 60].map((depth) => nested('parent', depth, '1', '"text":"x",'))],
        ['/comments', [nested('parent', 60, 'null', `"text":"${'x'.repeat(15_000)}",`)]],
      ]) {
        const { value, ...figure } = await slowest(
          port,
          path,
          bodies.flatMap((body) => [json(body), json(body)]),
        );
        figures.push({ ...figure, what: `${path}: ${figure.what}`, value });
      }
      return figures;
    },
  },
  {
    name: 'multipart',
    about: '10 MB of `--b` as a form',
    async run({ port }) {
      const body = '--b\r\n'.repeat(2_000_000);
      const headers = { 'content-type': 'multipart/form-data; boundary=b' };
      return [
        { ...(await slowest(port, '/upload', [{ method: 'POST', headers, body }])), max: 3000 },
      ];
    },
  },
  {
    name: 'bodies',
    about: '100 clients upload 9 MB each, without the last byte',
    async run({ port, clients }) {
      const size = 9 * 1_048_576;
      const text = post('/upload', 'multipart/form-data; boundary=b', size, '');
      const body = Buffer.alloc(size - 1, 'x');
      for (const socket of clients.silent(100, text)) socket.write(body);
      await sleep(5000);
      const { text: metrics } = await request(port, '/metrics');
      const rejected = Number(/limit="bodies"} (\d+)/.exec(metrics)?.[1] ?? 0);
      return [{ what: 'bodies rejected with 503', unit: '', min: 50, value: rejected }];
    },
  },
  {
    name: 'slow-heads',
    about: '2,000 clients send a head without its end',
    env: { GATI_LIMITS: 'headTimeout=3000' },
    async run({ clients }) {
      for (const socket of clients.silent(2000, 'GET /process HTTP/1.1\r\nHost: x\r\nX-A: '))
        socket.resume();
      const value = await untilTrue(() => clients.open === 0, 20_000);
      return [{ what: 'connections end', unit: 'ms', max: 15_000, value }];
    },
  },
  {
    name: 'connections',
    about: '3,000 clients connect to a server for 2 × 500, and send the start of a head',
    env: { GATI_LIMITS: 'connections=500,headTimeout=4000' },
    // The connections of the probe are closed as well while there is no room.
    livez: false,
    async run({ port, clients }) {
      // A client that sends nothing does not notice that the system had no room to accept it.
      for (const socket of clients.silent(3000, 'GET ')) socket.resume();
      // The connections that have room end by the timeout of their heads.
      const value = await untilTrue(() => clients.open <= 1000, 10_000);
      const all = await untilTrue(() => clients.open === 0, 15_000);
      const { status, ms } = await request(port, '/livez');
      return [
        { what: 'connections without room end', unit: 'ms', max: 8000, value },
        { what: 'all connections end', unit: 'ms', max: 15_000, value: all },
        { what: `/livez later (${status})`, unit: 'ms', max: 1000, value: ms },
      ];
    },
  },
  {
    name: 'idle-sockets',
    about: '5,000 WebSockets that send nothing',
    env: { GATI_LIMITS: 'pingInterval=3000' },
    async run({ clients }) {
      for (let batch = 0; batch < 50; batch++)
        await Promise.all(Array.from({ length: 100 }, () => clients.webSocket('/echo')));
      const opened = clients.open;
      for (const socket of clients.all()) socket.resume();
      await sleep(8000);
      return [
        { what: 'open sockets', unit: '', min: 5000, value: opened },
        { what: 'open sockets after two pings', unit: '', max: 0, value: clients.open },
      ];
    },
  },
  {
    name: 'pipelined-posts',
    about: 'a client pipelines 2,000 requests, 500 of them malformed later on',
    async run({ port, clients }) {
      const socket = clients.connect();
      let text = '';
      socket.on('data', (chunk) => (text += chunk)).resume();
      socket.write(get('/process').repeat(1500) + 'nonsense\r\n\r\n'.repeat(500));
      await new Promise((resolve) => socket.once('close', resolve));
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
      const inOrder = statuses.length === 1501 && statuses.indexOf('400') === 1500;
      await request(port, '/process');
      return [{ what: 'responses in order', unit: '', min: 1501, value: inOrder ? 1501 : 0 }];
    },
  },
];
