// Faults that replace a response of the module.
import { gzipSync } from 'node:zlib';

const JSON_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const CHUNK = Buffer.alloc(65_536, '1');

/** Writes until the reader disconnects, no faster than the reader reads. */
function writeForever(socket, chunk) {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}

const withLength = (head, body) =>
  Buffer.concat([Buffer.from(`${head}content-length: ${body.length}\r\n\r\n`), body]);

/** Blocks the thread of this process. */
const block = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);

/**
 * - `about`: for the report
 * - `statuses`: of the responses that the app may give
 * - `start`: instead of the handshake
 * - `call`: gets the socket of a call
 */
export const FAULTS = {
  killed: {
    about: 'ends by SIGKILL in each call',
    statuses: [502, 503],
    call: () => process.kill(process.pid, 'SIGKILL'),
  },
  stopped: {
    about: 'gets SIGSTOP in its first call',
    statuses: [503, 504],
    call: () => process.kill(process.pid, 'SIGSTOP'),
  },
  slow: { about: 'never responds', statuses: [503, 504], call: () => {} },
  trickle: {
    about: 'sends a byte of its response every 50 ms',
    statuses: [503, 504],
    call(socket) {
      socket.write(`${JSON_HEAD}content-length: 1000\r\n\r\n`);
      const timer = setInterval(() => socket.write(' '), 50);
      socket.on('close', () => clearInterval(timer));
    },
  },
  garbage: {
    about: 'sends bytes that are not HTTP',
    statuses: [502, 503],
    call: (socket) => socket.end(Buffer.from('\u0000HTP/9 what\r\n\r\n')),
  },
  head: {
    about: 'sends header fields without an end',
    statuses: [502, 503],
    call(socket) {
      socket.write(JSON_HEAD);
      writeForever(socket, Buffer.from(`x-more: ${'x'.repeat(65_000)}\r\n`));
    },
  },
  half: {
    about: 'sends the first half of its JSON',
    statuses: [502, 503],
    call: (socket) => socket.write(withLength(JSON_HEAD, Buffer.from('{"n":'))),
  },
  schema: {
    about: 'sends a result of another type',
    statuses: [502],
    call: (socket) => socket.write(withLength(JSON_HEAD, Buffer.from('{"n":"many"}'))),
  },
  endless: {
    about: 'sends a body without an end',
    // A busy machine does not read up to the limit in time.
    statuses: [502, 503, 504],
    call(socket) {
      socket.write(`${JSON_HEAD}transfer-encoding: chunked\r\n\r\n`);
      const size = CHUNK.length.toString(16);
      writeForever(socket, Buffer.concat([Buffer.from(`${size}\r\n`), CHUNK, Buffer.from('\r\n')]));
    },
  },
  bomb: {
    about: 'sends 50 MB in 50 kB of gzip',
    statuses: [502, 503],
    call: (socket) =>
      socket.write(
        withLength(
          `${JSON_HEAD}content-encoding: gzip\r\n`,
          (bomb ??= gzipSync(Buffer.alloc(5e7))),
        ),
      ),
  },
  full: {
    about: 'takes no connection, and one waits in the queue of its socket',
    statuses: [503, 504],
    backlog: 1,
    call: block,
  },
  silent: {
    about: 'prints no handshake line',
    statuses: [503],
    start: () => setInterval(() => {}, 1000),
  },
  restarts: { about: 'ends as soon as it starts', statuses: [503], start: () => process.exit(3) },
  talkative: {
    about: 'never responds, and logs without an end',
    statuses: [503, 504],
    call: () => writeForever(process.stdout, Buffer.from(`${'x'.repeat(79)}\n`.repeat(800))),
  },
};
let bomb;
