import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';

/** Shorter answers gain nothing. Bytes. */
const LEAST_LENGTH = 1024;
/** Of 11: the higher ones cost more time than the network saves. */
const BROTLI_QUALITY = 4;
const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/(?:json|javascript|xml|wasm|[\w.-]+\+(?:json|xml))|image\/svg\+xml)/;

/** What all answers of one server share. */
export interface AnswerState {
  /** Each connection ends with its next answer. */
  draining: boolean;
}

type Header = number | string | string[];

/** A response that compresses itself where that pays, and says goodbye while the process drains. */
export function createAnswerClass(state: AnswerState): typeof ServerResponse {
  return class Answer<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    #encoder: Transform | undefined;
    #ended = false;

    override writeHead(status: number, reason?: unknown, headers?: unknown): this {
      // A web Response has no text for its status most of the time; Node knows one.
      if (reason === '') return this.writeHead(status, headers);
      if (state.draining) this.shouldKeepAlive = false;
      const given = (typeof reason === 'string' ? headers : reason) as Header[] | Record<string, Header> | undefined;
      const length = Number(find(this, given, 'content-length') ?? 0);
      if (length < LEAST_LENGTH || status === 206 || !isCompressible(this, given))
        return super.writeHead(status, reason as string, headers as never);
      const flat = flatten(this, given).filter(([name]) => name !== 'content-length' && name !== 'vary' && name !== 'etag');
      const vary = find(this, given, 'vary');
      flat.push(['vary', vary === undefined ? 'Accept-Encoding' : `${String(vary)}, Accept-Encoding`]);
      const etag = find(this, given, 'etag');
      const encoding = chooseEncoding(this.req.headers['accept-encoding']);
      // Other bytes are another representation: a strong tag would be a lie.
      if (etag !== undefined) flat.push(['etag', encoding && !String(etag).startsWith('W/') ? `W/${String(etag)}` : etag]);
      if (encoding) flat.push(['content-encoding', encoding]);
      else flat.push(['content-length', length]);
      for (const name of this.getHeaderNames()) this.removeHeader(name);
      const joined = flat.flatMap(([name, value]) => (Array.isArray(value) ? value.flatMap((one) => [name, one]) : [name, String(value)]));
      super.writeHead(status, typeof reason === 'string' ? reason : undefined, joined as never);
      if (encoding && this.req.method !== 'HEAD') this.#encode(encoding, length);
      return this;
    }

    #encode(encoding: 'br' | 'gzip', length: number): void {
      const encoder =
        encoding === 'br'
          ? createBrotliCompress({
              params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: length },
            })
          : createGzip();
      this.#encoder = encoder;
      encoder.on('data', (chunk: Buffer) => {
        if (super.write(chunk)) return;
        encoder.pause();
      });
      this.on('drain', () => encoder.resume());
      encoder.on('drain', () => this.emit('drain'));
      encoder.on('end', () => super.end());
      encoder.on('error', () => this.destroy());
      this.on('close', () => encoder.destroy());
    }

    override write(chunk: never, ...rest: never[]): boolean {
      return this.#encoder ? this.#encoder.write(chunk, ...rest) : super.write(chunk, ...rest);
    }

    override end(...args: never[]): this {
      // Without headers yet, this writes them and so may bring the encoder.
      if (!this.headersSent && !this.#encoder) {
        const [chunk, encoding] = args as unknown[];
        if ((typeof chunk === 'string' || chunk instanceof Uint8Array) && !this.hasHeader('content-length')) {
          const length =
            typeof chunk === 'string'
              ? Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
              : chunk.length;
          if (length >= LEAST_LENGTH) {
            this.setHeader('content-length', length);
            this.writeHead(this.statusCode);
          }
        }
      }
      if (!this.#encoder) return super.end(...args);
      if (!this.#ended) this.#encoder.end(...args);
      this.#ended = true;
      return this;
    }
  } as unknown as typeof ServerResponse;
}

function isCompressible(res: ServerResponse, given: Header[] | Record<string, Header> | undefined): boolean {
  if (find(res, given, 'content-encoding') !== undefined) return false;
  if (!COMPRESSIBLE.test(String(find(res, given, 'content-type') ?? ''))) return false;
  return !/\bno-transform\b/i.test(String(find(res, given, 'cache-control') ?? ''));
}

/** What the client likes best of what there is; brotli where it likes both. */
export function chooseEncoding(accept: string | string[] | undefined): 'br' | 'gzip' | undefined {
  if (accept === undefined) return undefined;
  const weights = new Map<string, number>();
  for (const part of String(accept).split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)) || 0);
  }
  const of = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const br = of('br');
  const gzip = of('gzip');
  if (br === 0 && gzip === 0) return undefined;
  return br >= gzip ? 'br' : 'gzip';
}

function find(res: ServerResponse, given: Header[] | Record<string, Header> | undefined, name: string): Header | undefined {
  if (Array.isArray(given)) {
    for (let index = 0; index < given.length; index += 2) {
      const key = given[index] as string;
      if (key.length === name.length && key.toLowerCase() === name) return given[index + 1];
    }
  } else if (given) {
    for (const key of Object.keys(given)) if (key.length === name.length && key.toLowerCase() === name) return given[key];
  }
  return res.getHeader(name);
}

/** All headers of an answer with lower-case names, those of `writeHead` before those set earlier. */
function flatten(res: ServerResponse, given: Header[] | Record<string, Header> | undefined): [string, Header][] {
  const all: [string, Header][] = [];
  if (Array.isArray(given))
    for (let index = 0; index < given.length; index += 2) all.push([String(given[index]).toLowerCase(), given[index + 1]!]);
  else if (given) for (const [name, value] of Object.entries(given)) if (value !== undefined) all.push([name.toLowerCase(), value]);
  const named = new Set(all.map(([name]) => name));
  for (const [name, value] of Object.entries(res.getHeaders())) if (!named.has(name) && value !== undefined) all.push([name, value]);
  return all;
}
