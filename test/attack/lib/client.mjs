// Clients of an attack, on bare sockets.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { connect } from 'node:net';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens sockets and destroys all of them at the end of a row. */
export class Clients {
  #port;
  #all = new Set();

  constructor(port) {
    this.#port = port;
  }

  /** Open connections. */
  all() {
    return [...this.#all];
  }

  get open() {
    return this.#all.size;
  }

  /**
   * Number of connections that the server has not ended. A client notices the end when it reads,
   * but the server does not end a client that reads.
   */
  get openOnServer() {
    const ports = new Set(this.all().map(({ localPort }) => localPort));
    return peersOf(this.#port).filter((port) => ports.has(port)).length;
  }

  /** A connection that reads nothing until `resume()`. */
  connect() {
    const socket = connect({ port: this.#port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.once('close', () => this.#all.delete(socket));
    socket.pause();
    this.#all.add(socket);
    return socket;
  }

  /** Connections that send `text` and read nothing. */
  silent(count, text) {
    return Array.from({ length: count }, () => {
      const socket = this.connect();
      socket.write(text);
      return socket;
    });
  }

  /** An open WebSocket. It reads frames, answers pings and counts bytes once it is resumed. */
  async webSocket(path) {
    const socket = this.connect();
    socket.write(handshake(path));
    await new Promise((resolve, reject) => {
      socket.once('data', resolve).resume();
      socket.once('close', () => reject(new Error('The handshake failed.')));
    });
    socket.pause();
    return socket;
  }

  destroy() {
    for (const socket of this.#all) socket.destroy();
  }
}

/** Ports of the peers whose connections a local server has open, as `/proc/net/tcp` lists them. */
function peersOf(port) {
  const ESTABLISHED = '01';
  const portOf = (address) => Number.parseInt(address.split(':').at(-1), 16);
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, own, , state]) => state === ESTABLISHED && portOf(own) === port)
      .map(([, , peer]) => portOf(peer)),
  );
}

export const get = (path, headers = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

const handshake = (path) =>
  get(
    path,
    `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n`,
  );

/** A masked frame of a client. The mask is zero, so that the payload stays as it is. */
export function frame(opcode, text) {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | payload.length])
      : payload.length < 65_536
        ? Buffer.from([0x80 | opcode, 0x80 | 126, payload.length >> 8, payload.length & 255])
        : Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | 127]), bigEndian(payload.length)]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

function bigEndian(length) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}

/** Writes a chunk many times, no faster than the server reads it. Ends when the socket does. */
export async function flood(socket, chunk, total, within) {
  const until = performance.now() + within;
  let sent = 0;
  while (sent < total && !socket.destroyed && performance.now() < until) {
    sent += chunk.length;
    if (socket.write(chunk)) continue;
    await new Promise((resolve) => {
      const go = () => {
        socket.off('drain', go).off('close', go);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(go, 500);
      socket.on('drain', go).on('close', go);
    });
  }
  return sent;
}

/** Sends a request on a new connection. Returns its status and milliseconds. */
export async function request(port, path, init = {}) {
  const began = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    signal: AbortSignal.timeout(20_000),
    ...init,
  });
  const text = await response.text();
  return { status: response.status, text, ms: performance.now() - began };
}
