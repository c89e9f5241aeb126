import { connect, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';

export interface Client {
  send(message: string | Uint8Array): void;
  /** The next message as text. */
  next(): Promise<string>;
  /** All messages so far, including those that `next()` returned. */
  readonly received: readonly { isBinary: boolean; payload: Buffer }[];
  /** Sends pings of 125 bytes and reads nothing until all of them are written. */
  pingWithoutReading(count: number): Promise<void>;
  close(code: number): void;
  readonly closed: Promise<{ code: number; reason: string }>;
  destroy(): void;
}

/** A minimal WebSocket client (RFC 6455), since Node 20 has none. Sends whole frames below 64 KiB. */
export async function client(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  const key = randomBytes(16).toString('base64');
  const fields = {
    Host: `127.0.0.1:${port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
    ...headers,
  };
  socket.write(
    `GET ${path} HTTP/1.1\r\n${Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );
  let buffer = await handshake(socket);
  const messages: string[] = [];
  const received: { isBinary: boolean; payload: Buffer }[] = [];
  const waiting: ((message: string) => void)[] = [];
  let onClosed: (details: { code: number; reason: string }) => void;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => (onClosed = resolve));
  const read = (): void => {
    for (;;) {
      const frame = take(buffer);
      if (frame === undefined) return;
      buffer = frame.rest;
      if (frame.opcode === 1 || frame.opcode === 2) {
        received.push({ isBinary: frame.opcode === 2, payload: frame.payload });
        const text = frame.payload.toString();
        const resolve = waiting.shift();
        if (resolve === undefined) messages.push(text);
        else resolve(text);
      } else if (frame.opcode === 8) {
        onClosed({
          code: frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1005,
          reason: frame.payload.subarray(2).toString(),
        });
        socket.end(toFrame(8, frame.payload));
      } else if (frame.opcode === 9) socket.write(toFrame(10, frame.payload));
    }
  };
  socket.on('data', (data: Buffer) => {
    buffer = Buffer.concat([buffer, data]);
    read();
  });
  socket.on('error', () => undefined);
  read();
  return {
    send: (message) =>
      void socket.write(toFrame(typeof message === 'string' ? 1 : 2, Buffer.from(message))),
    received,
    next: () =>
      messages.length > 0
        ? Promise.resolve(messages.shift() as string)
        : new Promise((resolve) => waiting.push(resolve)),
    async pingWithoutReading(count) {
      socket.pause();
      const ping = toFrame(9, Buffer.alloc(125));
      await new Promise((resolve) =>
        socket.write(Buffer.concat(Array.from({ length: count }, () => ping)), resolve),
      );
      socket.resume();
    },
    close(code) {
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(code);
      socket.write(toFrame(8, payload));
    },
    closed,
    destroy: () => void socket.destroy(),
  };
}

function handshake(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const onData = (data: Buffer): void => {
      head = Buffer.concat([head, data]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      socket.off('data', onData);
      if (head.toString('latin1').startsWith('HTTP/1.1 101')) resolve(head.subarray(end + 4));
      else reject(new Error(head.toString()));
    };
    socket.on('data', onData);
    socket.once('error', reject);
  });
}

function take(buffer: Buffer): { opcode: number; payload: Buffer; rest: Buffer } | undefined {
  if (buffer.length < 2) return undefined;
  const short = (buffer[1] as number) & 127;
  const from = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (buffer.length < from) return undefined;
  const length =
    from === 2 ? short : from === 4 ? buffer.readUInt16BE(2) : Number(buffer.readBigUInt64BE(2));
  if (buffer.length < from + length) return undefined;
  return {
    opcode: (buffer[0] as number) & 15,
    payload: buffer.subarray(from, from + length),
    rest: buffer.subarray(from + length),
  };
}

function toFrame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const head =
    payload.length < 126
      ? Buffer.from([128 | opcode, 128 | payload.length])
      : Buffer.from([128 | opcode, 254, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([
    head,
    mask,
    Buffer.from(payload.map((byte, index) => byte ^ (mask[index & 3] as number))),
  ]);
}
