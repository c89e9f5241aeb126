import type { BodyReadError, Exchange, HeaderList, Payload } from '../../types/exchange.ts';
import type { ByteBudget } from '../request/byte-budget.ts';
import { toPairs } from '../response/headers.ts';

const STRICT = new TextDecoder('utf-8', { fatal: true });
const ENCODER = new TextEncoder();

/** Exchange on web standards: from a `Request` to a `Response`. */
export class WebExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly raw: Request;
  readonly response: Promise<Response>;
  #respond!: (response: Response) => void;
  #reject!: (error: unknown) => void;
  #onGone: (() => void)[] = [];
  readonly #bodies: ByteBudget;

  /** @param bodies bytes of the bodies that are being read */
  constructor(request: Request, bodies: ByteBudget) {
    this.raw = request;
    this.#bodies = bodies;
    this.method = request.method;
    const { url } = request;
    const path = url.indexOf('/', url.indexOf('://') + 3);
    const hash = url.indexOf('#');
    this.target = path === -1 ? '/' : url.slice(path, hash === -1 ? undefined : hash);
    this.response = new Promise((resolve, reject) => {
      this.#respond = resolve;
      this.#reject = reject;
    });
  }

  get peer(): string {
    // srvx sets the address of the client on its requests.
    return (this.raw as { ip?: string }).ip ?? '';
  }

  get encrypted(): boolean {
    return this.raw.url.startsWith('https:');
  }

  get authority(): string | undefined {
    return this.header('host') ?? new URL(this.raw.url).host;
  }

  get sentType(): string | undefined {
    return this.header('content-type');
  }

  get gone(): boolean {
    return this.raw.signal.aborted;
  }

  header(name: string): string | undefined {
    return this.raw.headers.get(name) ?? undefined;
  }

  headers(): Record<string, string | undefined> {
    return Object.fromEntries(this.raw.headers);
  }

  hasBody(): boolean {
    return this.raw.body !== null;
  }

  read(
    limit: number,
    done: (error: BodyReadError | undefined, bytes: Uint8Array | undefined) => void,
  ): void {
    const declared = this.header('content-length');
    if (declared !== undefined && Number(declared) > limit) return done('too_large', undefined);
    void this.#collect(limit).then(
      (read) => (typeof read === 'string' ? done(read, undefined) : done(undefined, read)),
      () => done('aborted', undefined),
    );
  }

  async #collect(limit: number): Promise<Uint8Array | 'too_large' | 'overloaded'> {
    const { body } = this.raw;
    if (body === null) return new Uint8Array(0);
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      const reader = body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const isTooLarge = size + value.length > limit;
        if (isTooLarge || !this.#bodies.take(value.length)) {
          // Does not cancel the reader: Node's fetch may be adding the next chunk, which would then
          // be an unhandled rejection. The platform drops the rest of the body once it has the
          // response.
          reader.releaseLock();
          return isTooLarge ? 'too_large' : 'overloaded';
        }
        size += value.length;
        chunks.push(value);
      }
    } finally {
      this.#bodies.give(size);
    }
    if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  decode(bytes: Uint8Array): string | undefined {
    try {
      return STRICT.decode(bytes);
    } catch {
      return undefined;
    }
  }

  /** The platform limits the bytes that wait for its clients. */
  takeRoom(): boolean {
    return true;
  }

  onGone(callback: () => void): void {
    this.#onGone.push(callback);
    if (this.raw.signal.aborted) callback();
    else this.raw.signal.addEventListener('abort', callback, { once: true });
  }

  send(status: number, headers: HeaderList, body: Payload): undefined {
    const bare = this.method === 'HEAD' || status === 204 || status === 205 || status === 304;
    if (body !== undefined)
      headers.push(
        'content-length',
        String(typeof body === 'string' ? ENCODER.encode(body).length : body.length),
      );
    this.#respond(new Response(bare ? null : body, { status, headers: toPairs(headers) }));
  }

  stream(
    status: number,
    headers: HeaderList,
    chunks: AsyncIterator<string | Uint8Array>,
    done: (error?: unknown) => void,
  ): void {
    if (this.method === 'HEAD') {
      this.#respond(new Response(null, { status, headers: toPairs(headers) }));
      void Promise.resolve(chunks.return?.()).then(() => done(), done);
      return;
    }
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const next = await chunks.next();
          if (next.done) {
            controller.close();
            done();
          } else
            controller.enqueue(
              typeof next.value === 'string' ? ENCODER.encode(next.value) : next.value,
            );
        } catch (error) {
          done(error);
          controller.error(error);
        }
      },
      cancel: async () => {
        for (const callback of this.#onGone) callback();
        try {
          await chunks.return?.();
        } finally {
          done();
        }
      },
    });
    this.#respond(new Response(body, { status, headers: toPairs(headers) }));
  }

  destroy(): void {
    this.#reject(new Error('The connection was closed without a response.'));
  }
}
