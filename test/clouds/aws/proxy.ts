import http from 'node:http';
import { listen } from '@gati/test-kit/ports';
import { check } from './check.ts';
import { decode, type RawRequest } from './decode.ts';
import { loadModel, type ServiceModel } from './models.ts';

/** A request that the proxy passed on or rejected. */
export interface LoggedRequest {
  /** `ecr.CreateRepository` */
  operation: string;
  input: Record<string, unknown>;
  /** Violations of the model of the service. */
  findings: string[];
  status: number;
}

/** A response that replaces that of the emulator. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

export interface AwsProxy {
  url: string;
  log: LoggedRequest[];
  /** Errors to respond with instead, such as expired credentials. */
  fault?: (request: LoggedRequest) => Fault | undefined;
  stop(): Promise<void>;
}

/**
 * `code`: responds with this error. `cut`: passes the request on and ends the connection instead of
 * responding.
 */
export type Fault = { code: string; message: string; status?: number } | 'cut';

export interface ProxyOptions {
  /** Address of the emulator. */
  target: string;
  /** Folder of the data of botocore. */
  data: string;
  /** Changes responses of the emulator, or responds for services that it does not have. */
  change?(request: LoggedRequest, pass: () => Promise<Reply>): Promise<Reply>;
}

/** Headers of one hop. */
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date']);

/**
 * Starts a proxy in front of an emulator of AWS. It checks every request by the model of its
 * service, rejects those that are not valid, and logs all.
 */
export async function startAwsProxy(options: ProxyOptions): Promise<AwsProxy> {
  const log: LoggedRequest[] = [];
  const server = http.createServer((incoming, response) => {
    void handle(incoming, response).catch((error: Error) => {
      response.writeHead(500).end(`the proxy failed: ${error.stack}`);
    });
  });
  async function handle(
    incoming: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const bytes = await readAll(incoming);
    const { method = '', url = '', headers } = incoming;
    const raw: RawRequest = { method, url, headers, body: bytes.toString('utf8') };
    const model = loadModel(options.data, serviceOf(raw));
    const entry: LoggedRequest = inspect(model, raw);
    log.push(entry);
    const send = ({ status, headers: own = {}, body }: Reply): void => {
      entry.status = status;
      response.writeHead(status, own).end(Buffer.from(body, 'latin1'));
    };
    const { operation, findings } = entry;
    if (findings.length > 0)
      return send(
        toError(model, {
          code: 'ValidationException',
          message: `${operation}: ${findings.join('; ')}`,
        }),
      );
    const fault = proxy.fault?.(entry);
    if (fault !== undefined && fault !== 'cut') return send(toError(model, fault));
    const pass = (): Promise<Reply> => forward(options.target, raw, bytes);
    const reply = await (options.change?.(entry, pass) ?? pass());
    if (fault !== 'cut') return send(reply);
    entry.status = reply.status;
    response.destroy();
  }
  const port = await listen(server);
  const proxy: AwsProxy = {
    url: `http://127.0.0.1:${port}`,
    log,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

/** Reads the service from the scope of the signature. */
function serviceOf({ headers }: RawRequest): string {
  const [, service = ''] =
    /Credential=[^/]+\/\d{8}\/[^/]*\/([^/]+)\/aws4_request/.exec(
      String(headers['authorization']),
    ) ?? [];
  return service;
}

function inspect(model: ServiceModel | undefined, raw: RawRequest): LoggedRequest {
  const unknown = (why: string): LoggedRequest => ({
    operation: `${model?.name ?? '?'}.?`,
    input: {},
    findings: [why],
    status: 0,
  });
  if (!model) return unknown(`${raw.method} ${raw.url} is not signed for a known service`);
  const decoded = decode(model, raw);
  if (typeof decoded === 'string') return unknown(decoded);
  const { operation, input, findings } = decoded;
  const own = operation.input ? check(model, input, operation.input, operation.name) : [];
  return {
    // The names of CloudFront end with the version of its API.
    operation: `${model.name}.${operation.name.replace(/\d{4}_\d{2}_\d{2}$/, '')}`,
    input,
    findings: [...findings, ...own],
    status: 0,
  };
}

/** Returns an error as the protocol of the service has it. */
function toError(
  model: ServiceModel | undefined,
  { code, message, status = 400 }: Exclude<Fault, 'cut'>,
): Reply {
  const { protocol = 'json' } = model ?? {};
  if (protocol === 'json' || protocol === 'rest-json')
    return {
      status,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code },
      body: JSON.stringify({ __type: code, message }),
    };
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const error = `<Error><Code>${code}</Code><Message>${text}</Message></Error>`;
  const body =
    protocol === 'ec2'
      ? `<Response><Errors>${error}</Errors><RequestID>0</RequestID></Response>`
      : model?.name === 's3'
        ? error
        : `<ErrorResponse>${error}<RequestId>0</RequestId></ErrorResponse>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

async function forward(target: string, raw: RawRequest, bytes: Buffer): Promise<Reply> {
  const { expect: _, ...own } = raw.headers;
  const headers = { ...own, 'content-length': String(bytes.length) };
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http
      .request(new URL(raw.url, target), { method: raw.method, headers }, resolve)
      .on('error', reject)
      .end(bytes);
  });
  // Keeps bytes that are no text.
  const body = (await readAll(answer)).toString('latin1');
  const passed = Object.entries(answer.headers).flatMap(([name, value]) =>
    HOP.has(name) || value === undefined ? [] : [[name, String(value)]],
  );
  return { status: answer.statusCode!, headers: Object.fromEntries(passed), body };
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
