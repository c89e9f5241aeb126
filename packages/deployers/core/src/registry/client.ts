import type http from 'node:http';
import type https from 'node:https';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import {
  createAgent,
  discard,
  type HttpRequest,
  type HttpResponse,
  readText,
  send,
} from '../http/request.ts';
import { PAUSE, pauseAfter, type RetryOptions, withRetry } from '../http/retry.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { type Credentials, findCredentials } from './credentials.ts';
import { connectionError, responseError } from './errors.ts';
import { DIGEST, isLoopback } from './reference.ts';

/** A part of an image by its digest. */
export interface Descriptor {
  mediaType: string;
  /** `sha256:…` */
  digest: string;
  /** Bytes. */
  size: number;
  platform?: { os: string; architecture: string; variant?: string };
  annotations?: Record<string, string>;
  artifactType?: string;
}

export interface RegistryOptions extends RetryOptions {
  /** Finds the credentials for a host when the registry requires them. */
  credentials?(host: string): Promise<Credentials | undefined>;
}

/** Rights that a request needs for a repository. */
export type Action = 'pull' | 'pull,push';

/** One request below `/v2/` of a registry, or to an address that the registry named. */
export interface RegistryRequest {
  method: string;
  /** `REPOSITORY/blobs/…`, or a `Location`. */
  path: string | URL;
  repository: string;
  action: Action;
  headers?: Record<string, string>;
  /** Called for each try. */
  body?(): Promise<HttpRequest['body']> | HttpRequest['body'];
  /** Another repository that the request reads, for mounts. */
  from?: string;
}

const MANIFEST_LIMIT = 4 * 1_048_576;
const TOKEN_LIMIT = 262_144;
const REDIRECTS = 5;

/** Media types of manifests and indexes, of OCI and of Docker. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/**
 * A client of one registry.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export class Registry {
  readonly host: string;
  readonly #options: RegistryOptions;
  readonly #base: URL;
  readonly #agents = new Map<string, http.Agent | https.Agent>();
  /** Values of `authorization`, by scope. */
  readonly #granted = new Map<string, string>();
  #credentials?: Promise<Credentials | undefined>;

  constructor(host: string, options: RegistryOptions = {}) {
    this.host = host;
    this.#options = options;
    const address = host === 'docker.io' ? 'registry-1.docker.io' : host;
    this.#base = new URL(`${isLoopback(host) ? 'http' : 'https'}://${address}/v2/`);
  }

  /**
   * Sends a request with authorization, and repeats it if the registry is busy. Redirects are
   * followed.
   */
  async request(request: RegistryRequest): Promise<HttpResponse> {
    const { signal, tries, pause } = this.#options;
    try {
      return await withRetry(() => this.#authorized(request), { signal, tries, pause });
    } catch (error) {
      if (error instanceof GatiError || signal?.aborted) throw error;
      throw connectionError(this.host, error);
    }
  }

  /** Sends a request with authorization, once. */
  async requestOnce(request: RegistryRequest): Promise<HttpResponse> {
    return await this.#authorized(request);
  }

  /** Waits before another try, longer each time. */
  async pause(count: number, response?: HttpResponse): Promise<void> {
    const { pause = PAUSE, signal } = this.#options;
    await sleep(pauseAfter(count, pause, response), undefined, { signal });
  }

  /** Returns the address that a `Location` of the registry names. */
  resolve(location: string): URL {
    return new URL(location, this.#base);
  }

  /** Throws the error of a response. */
  async fail(what: string, response: HttpResponse): Promise<never> {
    throw await responseError(what, this.host, response, await this.#secrets());
  }

  /**
   * Reads a manifest or an index and checks its digest. `undefined` if the registry does not have it.
   *
   * @param reference tag or digest
   */
  async readManifest(
    repository: string,
    reference: string,
  ): Promise<
    { descriptor: Descriptor; bytes: Buffer; value: Record<string, unknown> } | undefined
  > {
    const response = await this.request({
      method: 'GET',
      path: `${repository}/manifests/${reference}`,
      repository,
      action: 'pull',
      headers: { accept: MANIFEST_TYPES.join(', ') },
    });
    if (response.status === 404) return void discard(response);
    const name = `${this.host}/${repository}:${reference}`;
    if (response.status !== 200) return await this.fail(`Can't read ${name}`, response);
    const bytes = Buffer.from(await readText(response, MANIFEST_LIMIT), 'utf8');
    const digest = sha256(bytes);
    if (DIGEST.test(reference) && reference !== digest)
      throw damagedError(name, `its digest is ${digest}`);
    const value = parseObject(bytes.toString('utf8'), name);
    const own = typeof value['mediaType'] === 'string' ? value['mediaType'] : undefined;
    const mediaType = own ?? String(response.headers['content-type']).split(';')[0]!.trim();
    return { descriptor: { mediaType, digest, size: bytes.length }, bytes, value };
  }

  /** Returns the digest that a tag or a digest has in the registry; `undefined` if it has none. */
  async headManifest(repository: string, reference: string): Promise<string | undefined> {
    const response = await this.request({
      method: 'HEAD',
      path: `${repository}/manifests/${reference}`,
      repository,
      action: 'pull,push',
      headers: { accept: MANIFEST_TYPES.join(', ') },
    });
    discard(response);
    if (response.status === 404) return undefined;
    if (response.status !== 200)
      await this.fail(`Can't look for ${this.host}/${repository}:${reference}`, response);
    const digest = response.headers['docker-content-digest'];
    if (typeof digest === 'string' && DIGEST.test(digest)) return digest;
    return (await this.readManifest(repository, reference))?.descriptor.digest;
  }

  /** Reads a small blob, such as the config of an image, and checks its digest. */
  async readBlob(repository: string, { digest, size }: Descriptor): Promise<Buffer> {
    const name = `${this.host}/${repository}@${digest}`;
    if (size > MANIFEST_LIMIT) throw damagedError(name, `it has ${size} bytes`);
    const response = await this.openBlob(repository, digest, 0);
    const bytes = Buffer.from(await readText(response, MANIFEST_LIMIT), 'utf8');
    if (sha256(bytes) !== digest) throw damagedError(name, `its digest is ${sha256(bytes)}`);
    return bytes;
  }

  /** Opens a blob at an offset in bytes. */
  async openBlob(repository: string, digest: string, offset: number): Promise<HttpResponse> {
    const response = await this.request({
      method: 'GET',
      path: `${repository}/blobs/${digest}`,
      repository,
      action: 'pull',
      headers: offset > 0 ? { range: `bytes=${offset}-` } : {},
    });
    if (response.status !== (offset > 0 ? 206 : 200))
      await this.fail(`Can't read ${this.host}/${repository}@${digest}`, response);
    return response;
  }

  /** Values that a message of the registry must not repeat. */
  async #secrets(): Promise<string[]> {
    const credentials = await this.#credentials?.catch(() => undefined);
    const own =
      credentials?.kind === 'password'
        ? [credentials.password, basic(credentials)]
        : [credentials?.token ?? ''];
    return [...own, ...this.#granted.values()].map((value) =>
      value.replace(/^(?:Basic|Bearer) /, ''),
    );
  }

  async #authorized(request: RegistryRequest): Promise<HttpResponse> {
    const scope = scopeOf(request);
    const known = this.#granted.get(scope);
    const first = await this.#follow(request, known);
    if (first.status !== 401) return first;
    const challenges = parseChallenges(String(first.headers['www-authenticate'] ?? ''));
    const granted = await this.#authorize(challenges, scope);
    if (granted === undefined || granted === known) return first;
    discard(first);
    this.#granted.set(scope, granted);
    return await this.#follow(request, granted);
  }

  /** Follows redirects of reads. Only the registry itself gets its authorization. */
  async #follow(request: RegistryRequest, authorization?: string): Promise<HttpResponse> {
    let url = new URL(request.path, this.#base);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    for (let count = 0; ; count++) {
      this.#assertSafe(url);
      const isOwn = url.origin === this.#base.origin;
      const response = await send({
        method: request.method,
        url,
        headers: {
          'user-agent': 'gati-deploy',
          ...request.headers,
          ...(isOwn && authorization !== undefined && { authorization }),
        },
        body: await request.body?.(),
        agent: this.#agentFor(url),
        signal: this.#options.signal,
      });
      const { location } = response.headers;
      const isRedirect = response.status >= 300 && response.status < 400 && response.status !== 304;
      if (!isRead || !isRedirect || location === undefined || count === REDIRECTS) return response;
      discard(response);
      url = new URL(location, url);
    }
  }

  /**
   * Allows plain HTTP only for registries on this machine, because it does not encrypt passwords
   * and code. A registry elsewhere must not lead to the services of this machine.
   */
  #assertSafe(url: URL): void {
    const isLocal = this.#base.protocol === 'http:' && isLoopback(url.host);
    if (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)) return;
    throw new GatiError({
      code: 'GATI_DEPLOY_REGISTRY',
      message: `The registry ${this.host} names ${url.origin}, which is not HTTPS.`,
      fix: 'Use a registry that serves HTTPS.',
    });
  }

  #agentFor({ origin, protocol }: URL): http.Agent | https.Agent {
    let agent = this.#agents.get(origin);
    if (!agent) this.#agents.set(origin, (agent = createAgent(protocol)));
    return agent;
  }

  /**
   * Returns the `authorization` for a challenge; `undefined` if there are no matching credentials.
   */
  async #authorize(challenges: Challenge[], scope: string): Promise<string | undefined> {
    this.#credentials ??= (this.#options.credentials ?? findCredentials)(this.host);
    const credentials = await this.#credentials;
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer) return await this.#requestToken(bearer, scope, credentials);
    if (credentials?.kind !== 'password' || !challenges.some(({ scheme }) => scheme === 'basic'))
      return undefined;
    return basic(credentials);
  }

  /** @see https://distribution.github.io/distribution/spec/auth/token/ */
  async #requestToken(
    { parameters: { realm = '', service } }: Challenge,
    scope: string,
    credentials: Credentials | undefined,
  ): Promise<string | undefined> {
    if (!URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    this.#assertSafe(url);
    const query = new URLSearchParams({ ...(service && { service }), client_id: 'gati-deploy' });
    for (const each of scope.split(' ')) query.append('scope', each);
    let request: HttpRequest;
    if (credentials?.kind === 'identity') {
      query.set('scope', scope);
      query.set('grant_type', 'refresh_token');
      query.set('refresh_token', credentials.token);
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      request = { method: 'POST', url, headers, body: query.toString() };
    } else {
      for (const [name, value] of query) url.searchParams.append(name, value);
      const headers: Record<string, string> = credentials
        ? { authorization: basic(credentials) }
        : {};
      request = { method: 'GET', url, headers };
    }
    const response = await send({ ...request, agent: this.#agentFor(url) });
    if (response.status !== 200) await this.fail(`No token from ${url.host}`, response);
    const answer = parseObject(await readText(response, TOKEN_LIMIT), `the token of ${url.host}`);
    const token = answer['token'] ?? answer['access_token'];
    return typeof token === 'string' ? `Bearer ${token}` : undefined;
  }
}

const basic = ({ user, password }: Extract<Credentials, { kind: 'password' }>): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const scopeOf = ({ repository, action, from }: RegistryRequest): string =>
  `repository:${repository}:${action}${from === undefined ? '' : ` repository:${from}:pull`}`;

export const sha256 = (bytes: Buffer | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

function parseObject(text: string, name: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Reported below.
  }
  throw damagedError(name, 'it is not a JSON object');
}

export function damagedError(name: string, why: string): GatiError {
  return new GatiError({
    code: 'GATI_DEPLOY_REGISTRY',
    message: `${name} can't be used: ${why}.`,
    fix: 'Name another image, or push it again.',
  });
}
