import type { ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { COMPRESSION_THRESHOLD } from '../../types/exchange.ts';

/** Of 11: the higher ones cost more time than the network saves. */
const BROTLI_QUALITY = 4;
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:json|javascript|xml|wasm|[\w.-]+\+(?:json|xml))|image\/svg\+xml)/;

/** What all answers of one server share. */
export interface DrainState {
  /** Each connection ends with its next answer. */
  draining: boolean;
}

type Header = number | string | string[];

/**
 * Makes one response compress itself where that pays, and say goodbye while the process drains. Its methods are replaced,
 * since a class of its own for all responses would cost each request more than its routing.
 */
export function enableCompression(res: ServerResponse, state: DrainState): void {
  // A file that is not there is the app's business, with the same response.
  if (Object.hasOwn(res, 'writeHead')) return;
  const own = {
    writeHead: res.writeHead.bind(res),
    write: res.write.bind(res),
    end: res.end.bind(res),
  } as Methods;
  let encoder: Transform | undefined;
  let ended = false;

  const encode = (encoding: 'br' | 'gzip', length: number): void => {
    const made = createEncoder(encoding, length);
    encoder = made;
    made.on('data', (chunk: Buffer) => {
      if (!own.write(chunk)) made.pause();
    });
    res.on('drain', () => made.resume());
    made.on('drain', () => res.emit('drain'));
    made.on('end', () => own.end());
    made.on('error', () => res.destroy());
    res.on('close', () => made.destroy());
  };

  const writeHead = (status: number, reason?: unknown, headers?: unknown): ServerResponse => {
    // A web Response has no text for its status most of the time; Node knows one.
    if (reason === '') return writeHead(status, headers);
    if (state.draining) res.shouldKeepAlive = false;
    const given = (typeof reason === 'string' ? headers : reason) as
      | Header[]
      | Record<string, Header>
      | undefined;
    const length = Number(findHeader(res, given, 'content-length') ?? 0);
    if (length < COMPRESSION_THRESHOLD || status === 206 || !isCompressible(res, given))
      return own.writeHead(status, reason, headers);
    const encoding = chooseEncoding(res.req.headers['accept-encoding']);
    const flat = encodedHeaders(res, given, encoding, length);
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    own.writeHead(status, typeof reason === 'string' ? reason : undefined, flat);
    if (encoding && res.req.method !== 'HEAD') encode(encoding, length);
    return res;
  };

  const end = (...args: unknown[]): ServerResponse => {
    // Without headers yet, this writes them and so may bring the encoder.
    if (!res.headersSent && !encoder) {
      const [chunk, encoding] = args;
      if (
        (typeof chunk === 'string' || chunk instanceof Uint8Array) &&
        !res.hasHeader('content-length')
      ) {
        const length =
          typeof chunk === 'string'
            ? Buffer.byteLength(chunk, isEncoding(encoding) ? encoding : 'utf8')
            : chunk.length;
        if (length >= COMPRESSION_THRESHOLD) {
          res.setHeader('content-length', length);
          writeHead(res.statusCode);
        }
      }
    }
    if (!encoder) return own.end(...args);
    if (!ended) encoder.end(...(args as []));
    ended = true;
    return res;
  };

  Object.assign(res, {
    writeHead,
    end,
    write: (...args: unknown[]): boolean =>
      encoder ? encoder.write(...(args as [unknown])) : own.write(...args),
  });
}

/** Of a response, without their many overloads. */
interface Methods {
  writeHead(...args: unknown[]): ServerResponse;
  write(...args: unknown[]): boolean;
  end(...args: unknown[]): ServerResponse;
}

const isEncoding = (value: unknown): value is BufferEncoding =>
  typeof value === 'string' && Buffer.isEncoding(value);

function createEncoder(encoding: 'br' | 'gzip', length: number): Transform {
  if (encoding === 'gzip') return createGzip();
  return createBrotliCompress({
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: length,
    },
  });
}

/** The headers of an answer that could be encoded, whether or not it is, as a flat list. */
function encodedHeaders(
  res: ServerResponse,
  given: Header[] | Record<string, Header> | undefined,
  encoding: 'br' | 'gzip' | undefined,
  length: number,
): string[] {
  const all = listHeaders(res, given);
  const flat = all.filter(
    ([name]) => name !== 'content-length' && name !== 'vary' && name !== 'etag',
  );
  // There may be several.
  const vary = all.filter(([name]) => name === 'vary').map(([, value]) => String(value));
  flat.push(['vary', [...vary, 'Accept-Encoding'].join(', ')]);
  const etag = findHeader(res, given, 'etag');
  // Other bytes are another representation: a strong tag would be a lie.
  if (etag !== undefined)
    flat.push(['etag', encoding && !String(etag).startsWith('W/') ? `W/${String(etag)}` : etag]);
  if (encoding) flat.push(['content-encoding', encoding]);
  else flat.push(['content-length', length]);
  return flat.flatMap(([name, value]) =>
    Array.isArray(value) ? value.flatMap((one) => [name, one]) : [name, String(value)],
  );
}

function isCompressible(
  res: ServerResponse,
  given: Header[] | Record<string, Header> | undefined,
): boolean {
  if (findHeader(res, given, 'content-encoding') !== undefined) return false;
  if (!COMPRESSIBLE.test(String(findHeader(res, given, 'content-type') ?? ''))) return false;
  return !/\bno-transform\b/i.test(String(findHeader(res, given, 'cache-control') ?? ''));
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
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const br = weightOf('br');
  const gzip = weightOf('gzip');
  if (br === 0 && gzip === 0) return undefined;
  return br >= gzip ? 'br' : 'gzip';
}

function findHeader(
  res: ServerResponse,
  given: Header[] | Record<string, Header> | undefined,
  name: string,
): Header | undefined {
  if (Array.isArray(given)) {
    for (let index = 0; index < given.length; index += 2) {
      const key = given[index] as string;
      if (key.length === name.length && key.toLowerCase() === name) return given[index + 1];
    }
  } else if (given) {
    for (const key of Object.keys(given))
      if (key.length === name.length && key.toLowerCase() === name) return given[key];
  }
  return res.getHeader(name);
}

/** All headers of an answer with lower-case names, those of `writeHead` before those set earlier. */
function listHeaders(
  res: ServerResponse,
  given: Header[] | Record<string, Header> | undefined,
): [string, Header][] {
  const all: [string, Header][] = [];
  if (Array.isArray(given))
    for (let index = 0; index < given.length; index += 2)
      all.push([String(given[index]).toLowerCase(), given[index + 1]!]);
  else if (given)
    for (const [name, value] of Object.entries(given))
      if (value !== undefined) all.push([name.toLowerCase(), value]);
  const named = new Set(all.map(([name]) => name));
  for (const [name, value] of Object.entries(res.getHeaders()))
    if (!named.has(name) && value !== undefined) all.push([name, value]);
  return all;
}
