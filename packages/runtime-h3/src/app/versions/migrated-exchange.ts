import { isJsonMediaType, PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import type { MigratedResponse } from '../../types/migration.ts';
import { printProblem } from '../response/problem.ts';
import type { BodyReadError, Exchange, HeaderList, Payload } from '../../types/exchange.ts';

export interface MigratedExchangeOptions {
  method: string;
  target: string;
  headers: Record<string, string | undefined>;
  /** Body of the migrated request; `undefined` if the body was not read. */
  bytes: Uint8Array | undefined;
  /** Release headers of the retired release. They replace those of the release that responds. */
  releaseHeaders: readonly string[];
  /** Migrates the response back. `undefined`: the response is sent as it is. */
  migrateResponse: ((response: MigratedResponse) => Promise<MigratedResponse>) | undefined;
  /** Reports that a migration rejected a response. */
  onError(error: unknown): void;
}

/**
 * Exchange of a migrated request: the newer release sees the migrated request, and the client gets
 * the migrated response.
 */
export class MigratedExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly #exchange: Exchange;
  readonly #options: MigratedExchangeOptions;

  constructor(exchange: Exchange, options: MigratedExchangeOptions) {
    this.#exchange = exchange;
    this.#options = options;
    this.method = exchange.method === 'HEAD' && options.method === 'GET' ? 'HEAD' : options.method;
    this.target = options.target;
  }

  get raw(): unknown {
    return this.#exchange.raw;
  }
  get peer(): string {
    return this.#exchange.peer;
  }
  get encrypted(): boolean {
    return this.#exchange.encrypted;
  }
  get authority(): string | undefined {
    return this.#exchange.authority;
  }
  get sentType(): string | undefined {
    return this.#exchange.sentType;
  }
  get gone(): boolean {
    return this.#exchange.gone;
  }

  header(name: string): string | undefined {
    return this.#options.headers[name];
  }
  headers(): Record<string, string | undefined> {
    return this.#options.headers;
  }
  hasBody(): boolean {
    const { bytes } = this.#options;
    return bytes === undefined ? this.#exchange.hasBody() : bytes.length > 0;
  }
  read(
    limit: number,
    done: (error: BodyReadError | undefined, bytes: Uint8Array | undefined) => void,
  ): void {
    const { bytes } = this.#options;
    if (bytes === undefined) this.#exchange.read(limit, done);
    else if (bytes.length > limit) done('too_large', undefined);
    else done(undefined, bytes);
  }
  decode(bytes: Uint8Array): string | undefined {
    return this.#exchange.decode(bytes);
  }
  takeRoom(bytes: number): boolean {
    return this.#exchange.takeRoom(bytes);
  }
  onGone(callback: () => void): void {
    this.#exchange.onGone(callback);
  }

  send(status: number, headers: HeaderList, body: Payload): Promise<number> | undefined {
    const renamed = this.#renameRelease(headers);
    const { migrateResponse, onError } = this.#options;
    const type = headerValue(renamed, 'content-type');
    // Problems are not migrated: they are the same in every release.
    const isJson =
      typeof body === 'string' &&
      type !== undefined &&
      type !== PROBLEM_MEDIA_TYPE &&
      isJsonMediaType(type);
    if (migrateResponse === undefined || !isJson) return this.#exchange.send(status, renamed, body);
    return migrateResponse({ status, body: JSON.parse(body) as unknown }).then(
      (old) => {
        const text = old.body === undefined ? undefined : JSON.stringify(old.body);
        this.#exchange.send(old.status, renamed, text);
        return old.status;
      },
      (error: unknown) => {
        onError(error);
        const at = renamed.indexOf('content-type');
        renamed[at + 1] = PROBLEM_MEDIA_TYPE;
        this.#exchange.send(500, renamed, printProblem(500, 'internal'));
        return 500;
      },
    );
  }

  stream(
    status: number,
    headers: HeaderList,
    chunks: AsyncIterator<string | Uint8Array>,
    done: (error?: unknown) => void,
  ): void {
    this.#exchange.stream(status, this.#renameRelease(headers), chunks, done);
  }

  destroy(): void {
    this.#exchange.destroy();
  }

  /**
   * Replaces version, links and dates with those of the retired release. `x-gati-release` still
   * names the release that ran.
   */
  #renameRelease(headers: HeaderList): HeaderList {
    const { releaseHeaders } = this.#options;
    const renamed: HeaderList = [];
    for (let index = 0; index < headers.length; index += 2) {
      const [name, value] = [headers[index] as string, headers[index + 1] as string];
      if (!namesRelease(name, value)) renamed.push(name, value);
    }
    for (let index = 0; index < releaseHeaders.length; index += 2) {
      const [name, value] = [releaseHeaders[index] as string, releaseHeaders[index + 1] as string];
      if (namesRelease(name, value)) renamed.push(name, value);
    }
    return renamed;
  }
}

/**
 * Returns whether a header names the version of the release. A `link` that the handler set does
 * not.
 */
function namesRelease(name: string, value: string): boolean {
  return (
    name === 'x-api-version' ||
    name === 'deprecation' ||
    name === 'sunset' ||
    (name === 'link' && value.includes('rel="version-history"'))
  );
}

function headerValue(headers: HeaderList, name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index] === name) return headers[index + 1];
  return undefined;
}
