import { type Agent, request } from 'node:http';
import { MODULE_HOST } from '../types/foreign.ts';

/** Where a supervised module listens, in the form of `http.request`. */
export type ModuleEndpoint = { socketPath: string } | { host: string; port: number };

const ADDRESS =
  /^(?:unix:(\/.{1,106}|\\\\\.\\pipe\\.+)|tcp:(127\.0\.0\.1|\[::1\]|localhost):(\d{1,5}))$/s;

/**
 * Parses `unix:/path` or `tcp:127.0.0.1:4000`. Returns `undefined` for any other text: a module
 * listens for this machine alone.
 */
export function parseAddress(text: string): ModuleEndpoint | undefined {
  const [, path, host, port] = ADDRESS.exec(text) ?? [];
  if (path !== undefined) return { socketPath: path };
  if (host === undefined || Number(port) > 65_535 || Number(port) === 0) return undefined;
  return { host: host === '[::1]' ? '::1' : host, port: Number(port) };
}

export interface ModuleResponse {
  status: number;
  type: string;
  text: string;
}

export interface RequestLimits {
  /** Milliseconds until the last byte. */
  within: number;
  /** Bytes of the response. */
  most: number;
}

/** A request to a module, `GET` by default. */
export interface ModuleRequest {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Keeps connections open. By default each request has another one. */
  agent?: Agent;
}

/** Sends a request to a module. Rejects when the response is late or too large. */
export function requestModule(
  endpoint: ModuleEndpoint,
  { path, method = 'GET', headers, body, agent }: ModuleRequest,
  { within, most }: RequestLimits,
): Promise<ModuleResponse> {
  return new Promise((resolve, reject) => {
    const req = request({
      ...endpoint,
      path,
      method,
      agent: agent ?? false,
      headers: { host: MODULE_HOST, ...headers },
    });
    const timer = setTimeout(
      () => req.destroy(new Error(`${method} ${path} had no response within ${within} ms`)),
      within,
    );
    const settle = (done: () => void): void => {
      clearTimeout(timer);
      done();
    };
    req.on('error', (error) => settle(() => reject(error)));
    req.on('response', (res) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      res.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > most)
          req.destroy(new Error(`${method} ${path} responds more than ${most} bytes`));
        else chunks.push(chunk);
      });
      res.on('error', (error) => settle(() => reject(error)));
      res.on('end', () =>
        settle(() =>
          resolve({
            status: res.statusCode!,
            type: res.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        ),
      );
    });
    req.end(body);
  });
}
