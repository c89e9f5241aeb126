import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import { PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import { readBytes } from '../data/read-bytes.ts';
import { MODULE_COOKIE, MODULE_SOCKET } from '../module-host/module-process.ts';
import { DESCRIPTOR_PATH, HEALTH_PATH } from '../module-host/probe.ts';
import type { ModuleDescriptor } from '../types/foreign.ts';

const CALL_PATH = '/call/';
/** Milliseconds of a call without a deadline. */
const LONGEST = 600_000;

/** One call, as the app sent it. */
export interface ServedCall {
  method: string;
  input: unknown;
  /** Ends when the app closes the connection. */
  signal: AbortSignal;
  /** Milliseconds that are left. */
  timeout: number;
  traceparent: string | undefined;
}

export interface ServedModule {
  descriptor: ModuleDescriptor;
  /** @throws {CallProblem} which the handler gets; any other error ends the connection */
  call(call: ServedCall): Promise<unknown>;
  /** Maximum bytes of an input. */
  mostInput: number;
  /** Whether the module can serve. */
  health?(): Promise<boolean>;
  close?(): Promise<void>;
}

/** A problem (RFC 9457) that the handler gets. */
export class CallProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;

  constructor(status: number, code: string, detail?: string) {
    super(code);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

/** Ends a process that was not started by Gati. */
export function requireCookie(): void {
  if (process.env[MODULE_COOKIE] === '1') return;
  console.error('This program runs a module for Gati, which starts it.');
  process.exit(1);
}

/** Serves a module with the protocol of `docs/reference/module-protocol.md`. */
export async function serveModule(module: ServedModule): Promise<void> {
  const server = createServer((req, res) => {
    respond(module, req, res).catch((error: unknown) => fail(res, error));
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  console.log(`GATI-MODULE 1 ${await listen(server)}`);
  const end = (): void => {
    server.close(() => {
      void Promise.resolve(module.close?.()).finally(() => process.exit(0));
    });
    server.closeIdleConnections();
  };
  process.once('SIGTERM', end);
  process.stdin.resume().on('end', () => process.exit(0));
}

async function listen(server: Server): Promise<string> {
  const isWindows = process.platform === 'win32';
  const socket = path.join(process.env['TMPDIR'] ?? '.', MODULE_SOCKET);
  // The supervisor listens for a process that may not use the network.
  if (process.channel) {
    process.on('message', (_message, connection) => {
      if (connection instanceof Socket) server.emit('connection', connection);
    });
    return `unix:${socket}`;
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (isWindows) server.listen(0, '127.0.0.1', resolve);
    else server.listen(socket, resolve);
  });
  return isWindows ? `tcp:127.0.0.1:${(server.address() as AddressInfo).port}` : `unix:${socket}`;
}

async function respond(
  { descriptor, call, health, mostInput }: ServedModule,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { method, url = '/' } = req;
  if (method === 'GET' && url === DESCRIPTOR_PATH) return send(res, 200, descriptor);
  if (method === 'GET' && url === HEALTH_PATH)
    return void res.writeHead((await health?.()) === false ? 503 : 204).end();
  const name = url.startsWith(CALL_PATH) ? url.slice(CALL_PATH.length) : '';
  if (method !== 'POST' || !Object.hasOwn(descriptor.methods, name))
    throw new CallProblem(404, 'unknown_method');
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const input = await readInput(req, mostInput);
  const { deadline, traceparent } = req.headers;
  const result = await call({
    method: name,
    input,
    signal: gone.signal,
    timeout: /^\d{1,9}$/.test(String(deadline)) ? Number(deadline) : LONGEST,
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
  });
  if (result === undefined) res.writeHead(204).end();
  else send(res, 200, result);
}

async function readInput(req: IncomingMessage, most: number): Promise<unknown> {
  const tooLarge = (): CallProblem => new CallProblem(413, 'input_too_large');
  const text = (await readBytes(req, most, tooLarge)).toString();
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CallProblem(400, 'invalid_json');
  }
}

function send(
  res: ServerResponse,
  status: number,
  value: unknown,
  type = 'application/json',
): void {
  const text = JSON.stringify(value) ?? 'null';
  res.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

function fail(res: ServerResponse, error: unknown): void {
  if (res.destroyed) return;
  if (error instanceof CallProblem && !res.headersSent) {
    const { status, code, detail } = error;
    return send(res, status, { code, ...(detail !== undefined && { detail }) }, PROBLEM_MEDIA_TYPE);
  }
  console.error(error instanceof Error ? error.message : String(error));
  res.destroy();
}
