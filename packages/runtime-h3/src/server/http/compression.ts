import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DrainState } from './drain-state.ts';
import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { COMPRESSION_THRESHOLD } from '../../types/exchange.ts';

/** Level of brotli, at most 11. Higher levels cost more time than the network saves. */
const BROTLI_QUALITY = 4;
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:json|javascript|xml|wasm|[\w.-]+\+(?:json|xml))|image\/svg\+xml)/;

type Header = number | string | string[];

/**
 * Which responses of routes are compressed; all by default. `anonymous`: those to requests without
 * `Cookie` and `Authorization`. The length of a compressed response shows whether text from the
 * client resembles a secret beside it (the attack BREACH).
 */
export type Compression = boolean | 'anonymous';

function mayCompress({ headers }: IncomingMessage, compression: Compression): boolean {
  if (compression !== 'anonymous') return compression;
  return headers.cookie === undefined && headers.authorization === undefined;
}

/**
 * Makes a response compress itself if that saves bytes, and end its connection while the process
 * drains. Replaces methods of the response: a class for all responses would cost each request more
 * than its routing. Relies on: Node itself calls the replaced methods.
 */
export function enableCompression(
  res: ServerResponse,
  state: DrainState,
  compression: Compression = true,
): void {
  // After a missing file, the app responds on the same object.
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
    // A web `Response` usually has no reason phrase. Node has one.
    if (reason === '') return writeHead(status, headers);
    if (state.draining) res.shouldKeepAlive = false;
    const given = (typeof reason === 'string' ? headers : reason) as
      | Header[]
      | Record<string, Header>
      | undefined;
    const length = Number(findHeader(res, given, 'content-length') ?? 0);
    if (length < COMPRESSION_THRESHOLD || status === 206 || !isCompressible(res, given))
      return own.writeHead(status, reason, headers);
    const encoding = mayCompress(res.req, compression)
      ? chooseEncoding(res.req.headers['accept-encoding'])
      : undefined;
    const flat = encodedHeaders(res, given, encoding, length);
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    own.writeHead(status, typeof reason === 'string' ? reason : undefined, flat);
    if (encoding && res.req.method !== 'HEAD') encode(encoding, length);
    return res;
  };

  const end = (...args: unknown[]): ServerResponse => {
    // This writes the headers, so it may create the encoder.
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

/** Methods of a response, without their many overloads. */
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

/** Returns the headers of a response that may be encoded, whether or not it is. */
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
  // A response may have several `vary` headers.
  const vary = all.filter(([name]) => name === 'vary').map(([, value]) => String(value));
  flat.push(['vary', [...vary, 'Accept-Encoding'].join(', ')]);
  const etag = findHeader(res, given, 'etag');
  // Encoded bytes are another representation, so a strong tag would be wrong.
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

/** Returns the encoding that the client prefers; brotli if it likes both the same. */
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

/**
 * Lists all headers of a response with lower-case names. Those of `writeHead` replace those set
 * before.
 */
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
