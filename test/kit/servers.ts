import path from 'node:path';
import { freePort } from './ports.ts';
import { type Running, start } from './processes.ts';

export interface Served extends Running {
  /** Without a slash at its end. */
  url: string;
}

/** `npm run dev` (or another command that ends in Vite's own) on a free port. */
export async function serveDev(
  app: string,
  env: NodeJS.ProcessEnv,
  command = ['npm', 'run', 'dev', '--'],
): Promise<Served> {
  const [name, ...args] = [
    ...command,
    '--host',
    '127.0.0.1',
    '--strictPort',
    '--port',
    String(await freePort()),
  ];
  const server = start(name!, args, { cwd: app, env: { ...env, NO_COLOR: '1' } });
  const [, url] = await server.seen(/Local:\s+(http:\/\/[^\s/]+)/);
  return Object.assign(server, { url: url! });
}

/** A built server; the first line that it prints says where it listens. */
export async function serveBuilt(
  cwd: string,
  env: NodeJS.ProcessEnv,
  [name, ...args]: [string, ...string[]] = [
    process.execPath,
    path.join(cwd, 'dist/server/index.mjs'),
  ],
): Promise<Served> {
  const server = start(name, args, { cwd, env: { PORT: '0', ...env } });
  await server.seen(/"msg":"listening".*\n/);
  const first = JSON.parse(server.stdout.slice(0, server.stdout.indexOf('\n'))) as {
    level: string;
    msg: string;
    url: string;
  };
  if (first.level !== 'info' || first.msg !== 'listening')
    throw new Error(`The first line is not that it listens: ${server.stdout}`);
  return Object.assign(server, { url: first.url.replace(/\/$/, '') });
}

export interface Answer {
  status: number;
  body: unknown;
  headers: Headers;
}

/** One request; a JSON answer is parsed. */
export async function call(
  url: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  const json = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    body: json ? JSON.parse(text) : text,
    headers: response.headers,
  };
}
