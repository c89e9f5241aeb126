import net from 'node:net';

/**
 * Sends `count` requests over `connections` keep-alive connections on loopback, one at a time on each,
 * and resolves with the status counts. Answers must have a Content-Length.
 */
export async function load(
  url,
  { method = 'GET', path, body, headers = {}, connections = 16, count },
) {
  const { hostname, port } = new URL(url);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
    throw new Error(`only loopback: ${hostname}`);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  if (body !== undefined)
    lines.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`);
  const request = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
  const statuses = {};
  let left = count;
  const connection = () =>
    new Promise((resolve, reject) => {
      const socket = net.connect(Number(port), hostname, () => send());
      socket.setNoDelay(true);
      let buffered = '';
      const send = () => {
        if (left-- > 0) socket.write(request);
        else socket.end(() => resolve());
      };
      socket.on('data', (chunk) => {
        buffered += chunk.latin1Slice();
        const head = buffered.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = /content-length: (\d+)/i.exec(buffered);
        if (!length) return reject(new Error(`no content-length in: ${buffered.slice(0, 400)}`));
        if (buffered.length < head + 4 + Number(length[1])) return;
        const status = buffered.slice(9, 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        const closing = /\r\nconnection: close/i.test(buffered.slice(0, head));
        buffered = '';
        if (closing) {
          socket.destroy();
          connection().then(resolve, reject);
        } else send();
      });
      socket.on('error', reject);
    });
  const stay = stayAwake();
  await Promise.all(Array.from({ length: connections }, connection)).finally(stay);
  return statuses;
}

/**
 * Keeps this process from ever waiting for its sockets, until the returned function is called. A server whose write finds its
 * client asleep pays for waking it, and a slower server finds it asleep more often: 5 µs of work more cost it 10.
 */
function stayAwake() {
  let awake = true;
  const turn = () => awake && setImmediate(turn);
  turn();
  return () => {
    awake = false;
  };
}
