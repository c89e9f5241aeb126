import http from 'node:http';
import { isObject } from '@gati/contract/data';
import { listen } from '@gati/test-kit/ports';
import { check, checkParameters } from './check.ts';
import { type Api, findMethod, loadApi, type Method } from './discovery.ts';
import { type Body, createEngine, type Engine } from './engine.ts';
import type { ApiError, Call, Handler, Reply } from './kinds.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** A request that the fake handled or rejected. */
export interface LoggedRequest {
  /** `container.projects.locations.clusters.create` */
  method: string;
  verb: string;
  /** `projects/p/locations/l/clusters/c` */
  path: string;
  body: Body;
  /** Violations of the description of the API. */
  findings: string[];
  status: number;
}

/**
 * An error to respond with instead. `cut`: handles the request, and ends the connection instead of
 * responding.
 */
export type Fault = ApiError | 'cut';

/** Google Cloud on loopback. */
export interface FakeGoogle {
  url: string;
  engine: Engine;
  tokens: Tokens;
  log: LoggedRequest[];
  /** Revisions of the descriptions, by API. */
  revisions: Record<string, string>;
  fault?: (request: LoggedRequest) => Fault | undefined;
  /** Environment variables that lead clients to this server. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

export interface FakeOptions {
  /** Folder of the discovery documents. */
  folder: string;
  /** Names and versions of the APIs, such as `container.v1`. */
  apis: string[];
  handlers(engine: Engine): Record<string, Handler>;
}

interface Incoming {
  verb: string;
  url: URL;
  headers: http.IncomingHttpHeaders;
  bytes: Buffer;
}

const UNAUTHENTICATED: ApiError = {
  code: 401,
  status: 'UNAUTHENTICATED',
  message: 'Request had invalid authentication credentials. Expected OAuth 2 access token.',
};

/**
 * Starts a server that checks every request by Google's description of its API, and keeps the
 * resources in memory. The path of a request begins with the name of its API: `/container/v1/…`.
 */
export async function startFakeGoogle(options: FakeOptions): Promise<FakeGoogle> {
  const engine = createEngine();
  const apis = options.apis.map((name) => loadApi(options.folder, name));
  const handlers = options.handlers(engine);
  const server = http.createServer((incoming, response) => {
    void answer(incoming, response).catch((error: Error) => {
      response.writeHead(500).end(JSON.stringify({ error: { message: error.stack } }));
    });
  });
  async function answer(request: http.IncomingMessage, response: http.ServerResponse) {
    const bytes = await readAll(request);
    const url = new URL(request.url!, 'http://127.0.0.1');
    if (url.pathname === '/token') return fake.tokens.exchange(bytes.toString('utf8'), response);
    const incoming: Incoming = { verb: request.method!, url, headers: request.headers, bytes };
    const { entry, reply, fault } = await handle(incoming);
    if (fault === 'cut') return void response.destroy();
    const { status, headers = {}, bytes: body } = toResponse(reply);
    entry.status = status;
    response.writeHead(status, headers).end(body);
  }
  async function handle(
    incoming: Incoming,
  ): Promise<{ entry: LoggedRequest; reply: Reply; fault?: Fault }> {
    engine.advance(engine.pace);
    const { api, entry, call, method } = inspect(apis, incoming);
    fake.log.push(entry);
    if (!api || !call || !method) return { entry, reply: invalid(404, 'NOT_FOUND', entry) };
    if (!fake.tokens.isValid(incoming.headers.authorization))
      return { entry, reply: { error: UNAUTHENTICATED } };
    if (entry.findings.length > 0) return { entry, reply: invalid(400, 'INVALID_ARGUMENT', entry) };
    const fault = fake.fault?.(entry);
    if (fault !== undefined && fault !== 'cut') return { entry, reply: { error: fault } };
    const handler = handlers[method.id];
    if (!handler) {
      entry.findings.push('the fake has no handler');
      return { entry, reply: invalid(501, 'UNIMPLEMENTED', entry) };
    }
    const reply = await handler(call);
    if ('body' in reply) {
      const wrong = checkResponse(api, method, reply.body);
      // The fake itself has an error, so the test must fail.
      entry.findings.push(...wrong.map((each) => `response: ${each}`));
    }
    if ('error' in reply) entry.status = reply.error.code;
    else entry.status = 200;
    return { entry, reply, ...(fault && { fault }) };
  }
  const url = `http://127.0.0.1:${await listen(server)}`;
  const fake: FakeGoogle = {
    url,
    engine,
    tokens: createTokens(engine),
    log: [],
    revisions: Object.fromEntries(apis.map(({ name, revision }) => [name, revision])),
    env: Object.fromEntries(
      apis.map(({ name }) => [`GATI_GCP_ENDPOINT_${name.toUpperCase()}`, `${url}/${name}`]),
    ),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

/** Finds the method that a request calls, and the violations of its description. */
function inspect(
  apis: Api[],
  { verb, url, headers, bytes }: Incoming,
): { api?: Api; entry: LoggedRequest; call?: Call; method?: Method } {
  const [, name = '', pathname = '/'] = /^\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
  const api = apis.find((each) => each.name === name);
  const found = api && findMethod(api, verb, pathname);
  const base = { verb, path: pathname, body: {}, status: 0 };
  if (!api || !found) {
    const findings = [`no method of ${name} has the path ${verb} ${pathname}`];
    return { entry: { ...base, method: `${name}.?`, findings } };
  }
  const { method, values } = found;
  const query = url.searchParams;
  const findings = checkParameters(api, method, values, query);
  const isUpload = query.has('uploadType');
  const body = isUpload ? {} : parseBody(bytes, findings);
  if (!isUpload) findings.push(...checkBody(api, method, bytes, body));
  const raw = { path: pathname + url.search, headers: headers as Record<string, string>, bytes };
  return {
    api,
    method,
    entry: { ...base, method: method.id, body, findings },
    call: { method: method.id, verb, values, query, body, raw },
  };
}

function parseBody(bytes: Buffer, findings: string[]): Body {
  if (bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // Reported below.
  }
  findings.push('the body is no JSON object');
  return {};
}

function checkBody(api: Api, method: Method, bytes: Buffer, body: Body): string[] {
  if (method.request === undefined) return bytes.length > 0 ? ['the method has no body'] : [];
  const schema = { $ref: method.request };
  return check({ api, method, direction: 'request' }, schema, body, method.request);
}

function checkResponse(api: Api, method: Method, body: Body): string[] {
  if (method.response === undefined) return [];
  const schema = { $ref: method.response };
  return check({ api, method, direction: 'response' }, schema, body, method.response);
}

const invalid = (code: number, status: string, { findings }: LoggedRequest): Reply => ({
  error: { code, status, message: findings.join('; ') },
});

function toResponse(reply: Reply): {
  status: number;
  headers?: Record<string, string>;
  bytes: Buffer;
} {
  if ('raw' in reply) return reply.raw;
  const headers = { 'content-type': 'application/json; charset=UTF-8' };
  if ('body' in reply)
    return { status: 200, headers, bytes: Buffer.from(JSON.stringify(reply.body)) };
  const { code } = reply.error;
  return { status: code, headers, bytes: Buffer.from(JSON.stringify({ error: reply.error })) };
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
