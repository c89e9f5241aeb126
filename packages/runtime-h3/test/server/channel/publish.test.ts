import { afterEach, expect, test } from 'vitest';
import { type Client, client } from '../../helpers/socket-client.ts';
import { useServer } from '../helpers/harness.ts';

interface Member {
  socket: Client;
  pid: number;
}

const server = useServer();
const clients: Client[] = [];
afterEach(() => {
  for (const one of clients.splice(0)) one.destroy();
});

/** Opens a socket and reads which worker has it. */
const join = async (port: number, topic = 'all'): Promise<Member> => {
  const socket = await client(port, `/room?topic=${topic}`);
  clients.push(socket);
  return { socket, pid: (JSON.parse(await socket.next()) as { pid: number }).pid };
};

/** Opens sockets until each of two workers has two. */
const fill = async (port: number): Promise<Member[]> => {
  const room: Member[] = [];
  const counts = new Map<number, number>();
  const isFull = async (): Promise<boolean> => {
    const one = await join(port);
    room.push(one);
    counts.set(one.pid, (counts.get(one.pid) ?? 0) + 1);
    return counts.size === 2 && Math.min(...counts.values()) >= 2;
  };
  await expect.poll(isFull).toBe(true);
  return room;
};

/** Messages after the first one. */
const heard = ({ socket }: Member): (string | Buffer)[] =>
  socket.received
    .slice(1)
    .map(({ isBinary, payload }) => (isBinary ? payload : payload.toString()));

test('a published message reaches the peers of all workers once, except its sender', async () => {
  const { port, stop, stdout, stderr } = await server.start({ GATI_WORKERS: '2' });
  const room = await fill(port);
  const apart = await join(port, 'other');
  const bytes = Buffer.from([0, 255, 10, 128, 200]);
  const expected = room.map((): (string | Buffer)[] => []);
  for (const [from, { socket }] of room.entries()) {
    const texts = Array.from({ length: 20 }, (_, n) =>
      JSON.stringify({ from, n, text: 'grüße\n\u2028🙂' }),
    );
    for (const text of texts) socket.send(text);
    socket.send(bytes);
    for (const [to, list] of expected.entries()) if (to !== from) list.push(...texts, bytes);
    await expect
      .poll(() => room.map((one) => heard(one).length))
      .toEqual(expected.map((list) => list.length));
  }
  // A duplicate, or a message back to its sender, would arrive before the close.
  expect(await stop()).toBe(0);
  expect(room.map(heard)).toEqual(expected);
  expect(heard(apart)).toEqual([]);
  expect(stderr()).toBe('');
  expect(stdout()).not.toContain('"level":"error"');
});

test('published messages reach all peers after a roll of the workers', async () => {
  const { port, child, seen } = await server.start({ GATI_WORKERS: '2' });
  const old = await fill(port);
  child.kill('SIGUSR2');
  await seen('"rolled"');
  const room = await fill(port);
  expect(room.some(({ pid }) => old.some((one) => one.pid === pid))).toBe(false);
  room[0]!.socket.send('"after"');
  await expect
    .poll(() => room.slice(1).map((one) => heard(one)))
    .toEqual(room.slice(1).map(() => ['"after"']));
});

test('GATI_PUBLISH_LOST reports a message that is too large for other workers', async () => {
  const { port, seen } = await server.start({ GATI_WORKERS: '2' });
  const { socket } = await join(port);
  socket.send('"too much"');
  await seen('"code":"GATI_PUBLISH_LOST"');
});
