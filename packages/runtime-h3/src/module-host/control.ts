import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isGatiError } from '@gati/contract';
import { readBytes } from '../data/read-bytes.ts';
import type { ModuleDescriptor } from '../types/foreign.ts';
import type { ModuleItem, SwappedModule } from '../types/module-item.ts';

/** Bytes of a request or a response at most. */
const MAX_BODY = 2_097_152;
/** Milliseconds that a command waits: a swap starts a process and ends another one. */
const WAIT = 120_000;

/** Operations on modules that a server offers to commands on its machine. */
export interface ModuleCommands {
  list(): Promise<ModuleItem[]>;
  /** @throws the reason why the running process stays */
  swap(name: string, source: string | undefined): Promise<ModuleDescriptor>;
}

export interface ModuleControl {
  close(): Promise<void>;
}

export interface SwapReply extends SwappedModule {
  descriptor: ModuleDescriptor;
}

/** Reply to a command. */
export type ControlReply = { modules: ModuleItem[] } | SwapReply | { error: string; code?: string };

/**
 * Listens for the commands of this user on a socket that belongs to a folder: the app's root in
 * development, the output folder of a build.
 */
export async function openModuleControl(
  root: string,
  commands: ModuleCommands,
): Promise<ModuleControl> {
  const socket = controlPath(root);
  rmSync(socket, { force: true });
  const server = createServer((req, res) => {
    respond(req, commands).then(
      (reply) => send(res, 200, reply),
      (error: unknown) =>
        send(res, 409, {
          error: error instanceof Error ? error.message : String(error),
          ...(isGatiError(error) && { code: error.code }),
        }),
    );
  });
  server.maxConnections = 16;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  server.unref();
  return {
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/**
 * Sends a command to the server of a folder. Resolves to `undefined` when none listens.
 *
 * @param body absent: lists the modules
 */
export function sendModuleCommand(
  root: string,
  body?: { name: string; source?: string | undefined },
): Promise<ControlReply | undefined> {
  return new Promise((resolve, reject) => {
    const req = request({
      socketPath: controlPath(root),
      path: body ? '/swap' : '/modules',
      method: body ? 'POST' : 'GET',
      timeout: WAIT,
      agent: false,
    });
    req.on('error', (error: NodeJS.ErrnoException) =>
      ['ENOENT', 'ECONNREFUSED'].includes(error.code ?? '') ? resolve(undefined) : reject(error),
    );
    req.on('timeout', () => req.destroy(new Error('the server did not respond in time')));
    req.on('response', (res) => {
      readBody(res).then((text) => resolve(JSON.parse(text) as ControlReply), reject);
    });
    req.end(body && JSON.stringify(body));
  });
}

/** @throws when the folder of the sockets belongs to another user */
function controlPath(root: string): string {
  const uid = process.getuid?.() ?? 0;
  const name = createHash('sha256').update(path.resolve(root)).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return String.raw`\\.\pipe\gati-modules-${name}`;
  const folder = path.join(tmpdir(), `gati-modules-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid)
    throw new Error(`${folder} belongs to another user`);
  chmodSync(folder, 0o700);
  return path.join(folder, `${name}.sock`);
}

async function respond(req: IncomingMessage, commands: ModuleCommands): Promise<ControlReply> {
  if (req.method === 'GET' && req.url === '/modules') return { modules: await commands.list() };
  if (req.method !== 'POST' || req.url !== '/swap') throw new Error('there is no such command');
  const value = JSON.parse(await readBody(req)) as { name?: unknown; source?: unknown };
  const { name, source } = value;
  if (typeof name !== 'string' || (source !== undefined && typeof source !== 'string'))
    throw new Error('a swap needs the name of a module');
  const descriptor = await commands.swap(name, source);
  return { name, version: descriptor.version, descriptor };
}

async function readBody(from: IncomingMessage): Promise<string> {
  const tooLarge = (): Error => new Error(`more than ${MAX_BODY} bytes`);
  return (await readBytes(from, MAX_BODY, tooLarge)).toString();
}

function send(res: ServerResponse, status: number, reply: ControlReply): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(reply));
}
