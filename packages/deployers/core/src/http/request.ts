import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A body that is read from a stream, with its exact size. */
export interface StreamBody {
  stream: Readable;
  /** Bytes. */
  size: number;
}

export interface HttpRequest {
  method: string;
  url: URL;
  headers?: Record<string, string>;
  body?: string | Buffer | StreamBody;
  /** Connections are reused per agent. {@link createAgent} creates an agent with certificates. */
  agent?: http.Agent | https.Agent;
  /** Milliseconds without a byte in either direction; 30 seconds by default, 0 for no limit. */
  idle?: number;
  signal?: AbortSignal;
}

export interface HttpResponse {
  status: number;
  headers: http.IncomingHttpHeaders;
  /** Read it, or call {@link discard}: an unread body keeps its connection. */
  body: http.IncomingMessage;
}

/** Maximum bytes of a document that is read into memory. */
const DOCUMENT_LIMIT = 32 * 1_048_576;
const IDLE = 30_000;

/**
 * Relies on: `proxyEnv` of agents (Node 24.5) honours HTTPS_PROXY and NO_PROXY. Older versions ignore
 * it.
 */
export function createAgent(
  protocol: string,
  tls: https.AgentOptions = {},
): http.Agent | https.Agent {
  const options = { keepAlive: true, proxyEnv: process.env, ...tls };
  return protocol === 'http:' ? new http.Agent(options) : new https.Agent(options);
}

/** Sends a request and resolves with the head of the response. Follows no redirect. */
export function send(request: HttpRequest): Promise<HttpResponse> {
  const { method, url, body, agent, signal } = request;
  const headers: Record<string, string> = { ...request.headers };
  if (body !== undefined)
    headers['content-length'] = String(
      typeof body === 'object' && 'stream' in body ? body.size : Buffer.byteLength(body),
    );
  return new Promise((resolve, reject) => {
    const { request: open } = url.protocol === 'http:' ? http : https;
    const outgoing = open(url, { method, headers, agent, signal }, (incoming) =>
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: incoming }),
    );
    const idle = request.idle ?? IDLE;
    outgoing.setTimeout(idle, () =>
      outgoing.destroy(new Error(`no byte from ${url.host} for ${idle / 1000} seconds`)),
    );
    outgoing.on('error', reject);
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) outgoing.end(body);
    else pipeline(body.stream, outgoing).catch((error: Error) => outgoing.destroy(error));
  });
}

/**
 * Reads a body as text.
 *
 * @throws when it is longer than `limit` bytes
 */
export async function readText(
  { body }: Pick<HttpResponse, 'body'>,
  limit: number = DOCUMENT_LIMIT,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      body.destroy();
      throw new Error(`the response is longer than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Drops the body of a response, so that its connection can serve the next request. */
export function discard({ body }: Pick<HttpResponse, 'body'>): void {
  body.on('error', () => {});
  body.resume();
}
