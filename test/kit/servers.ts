import path from 'node:path';
import { freePort } from './ports.ts';
import { type RunningProcess, startProcess } from './processes.ts';

/** A server in its own process. */
export interface ServerProcess extends RunningProcess {
  /** The origin, without a slash at its end. */
  url: string;
}

/**
 * Starts the development server of an app on a free port and waits until it listens.
 *
 * @param command starts Vite and passes the arguments that follow to it
 *
 * @example
 * const server = await startDevServer(app, process.env);
 * expect(await call(`${server.url}/hello/Ada`)).toMatchObject({ status: 200 });
 */
export async function startDevServer(
  app: string,
  env: NodeJS.ProcessEnv,
  command = ['npm', 'run', 'dev', '--'],
): Promise<ServerProcess> {
  const [name, ...args] = [...command, '--host', '127.0.0.1', '--port', String(await freePort())];
  const server = startProcess(name!, args, { cwd: app, env: { ...env, NO_COLOR: '1' } });
  const [, url] = await server.waitForOutput(/Local:\s+(http:\/\/[^\s/]+)/);
  return Object.assign(server, { url: url! });
}

/**
 * Starts the built server of an app on a free port and waits until it listens. Its first line must
 * be the log entry that says where. It serves no panel and keeps no telemetry unless `env` says so.
 *
 * @param cwd folder that contains `dist/`
 *
 * @example
 * const server = await startBuiltServer(app, { PATH: process.env.PATH });
 */
export async function startBuiltServer(
  cwd: string,
  env: NodeJS.ProcessEnv,
  [name, ...args]: [string, ...string[]] = [
    process.execPath,
    path.join(cwd, 'dist/server/index.mjs'),
  ],
): Promise<ServerProcess> {
  const server = startProcess(name, args, { cwd, env: { PORT: '0', GATI_PANEL: 'off', ...env } });
  await server.waitForOutput(/"msg":"listening".*\n/);
  const first = JSON.parse(server.stdout.slice(0, server.stdout.indexOf('\n'))) as {
    level: string;
    msg: string;
    url: string;
  };
  if (first.level !== 'info' || first.msg !== 'listening')
    throw new Error(`The first line does not say where the server listens: ${server.stdout}`);
  return Object.assign(server, { url: first.url.replace(/\/$/, '') });
}

/** A response with its body, read and, if it is JSON, parsed. */
export interface ParsedResponse {
  status: number;
  body: unknown;
  headers: Headers;
}

/**
 * Sends one request, with `body` as JSON, and reads the response within 60 seconds.
 *
 * @example
 * expect(await call(`${server.url}/sum`, { method: 'POST', body: { a: 1, b: 2 } })).toMatchObject({
 *   status: 200,
 *   body: { sum: 3 },
 * });
 */
export async function call(
  url: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<ParsedResponse> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    body: isJson ? JSON.parse(text) : text,
    headers: response.headers,
  };
}
