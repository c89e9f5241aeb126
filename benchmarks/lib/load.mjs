import net from 'node:net';

/**
 * Sends `count` requests over `connections` keep-alive connections on loopback, one at a time on each,
 * and resolves with the number of responses by status. Responses must have a Content-Length.
 */
export async function load(
  url,
  { method = 'GET', path, body, headers = {}, connections = 16, count },
) {
  const { hostname, port } = new URL(url);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
    throw new Error(`${hostname} is not a loopback address`);
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
  const allowSleep = stayAwake();
  await Promise.all(Array.from({ length: connections }, connection)).finally(allowSleep);
  return statuses;
}

/**
 * Keeps this process busy, so that it never sleeps while it waits for its sockets; the returned function
 * ends that. A server that writes to a sleeping client pays for waking it, and a slower server does so
 * more often: 5 µs of added work showed as 10.
 */
function stayAwake() {
  let awake = true;
  const turn = () => awake && setImmediate(turn);
  turn();
  return () => {
    awake = false;
  };
}
