import type http from 'node:http';
import type https from 'node:https';
import fs from 'node:fs';
import { GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import { createAgent, discard, type HttpResponse, readText, send } from '../http/request.ts';
import { withRetry } from '../http/retry.ts';
import { kubeError, unreachableError } from './errors.ts';
import { runExecPlugin } from './exec-plugin.ts';
import type { ClusterAccess, ExecCredentials } from './access.ts';

/** The members that all objects of Kubernetes have. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: KubeMetadata;
  [field: string]: unknown;
}

export interface KubeMetadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  ownerReferences?: { kind: string; name: string; uid: string }[];
  managedFields?: {
    manager?: string;
    operation?: string;
    subresource?: string;
    time?: string;
    fieldsV1?: object;
  }[];
}

/** An exact request to the API server. */
export interface KubeRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Without the leading slash: `api/v1/namespaces/shop/services/shop`. */
  path: string;
  query?: Record<string, string>;
  contentType?: string;
  /** `application/json` by default. */
  accept?: string;
  body?: unknown;
  /** Milliseconds without a byte, 30 seconds by default; 0 for no limit. */
  idle?: number;
}

export interface KubeResponse {
  status: number;
  value: unknown;
}

interface ListOptions {
  /** Selects objects of each page, so that a long list needs little memory. */
  keep?(object: KubeObject): boolean;
  /** `application/json` by default. */
  accept?: string | undefined;
}

const PAGE = 200;
/**
 * Maximum number of objects that a list keeps. A longer list is an error, because callers could not
 * see that a shortened list is incomplete.
 */
const LIST_LIMIT = 5000;
/** Maximum number of pages. */
const PAGE_LIMIT = 5000;
/** Maximum number of times that a list begins again, since it changed too much during its pages. */
const LIST_RESTARTS = 5;
const TEXT_LIMIT = 65_536;
/** Milliseconds by which credentials are renewed before they expire. */
const EXPIRY_MARGIN = 10_000;

interface ClusterOptions {
  signal?: AbortSignal;
  /** Milliseconds before the first repetition of a request. */
  pause?: number;
  /** Name of this program in the audit log of the API server; `gati-deploy` by default. */
  program?: string;
}

/** A client of one API server. */
export class Cluster {
  readonly access: ClusterAccess;
  readonly #options: ClusterOptions;
  #agent?: http.Agent | https.Agent;
  #credentials?: ExecCredentials;
  /** Milliseconds by which the clock of the API server is ahead of this machine's clock. */
  #ahead = 0;

  constructor(access: ClusterAccess, options: ClusterOptions = {}) {
    this.access = access;
    this.#options = options;
  }

  /** Returns the time of the API server, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /**
   * Sends a request, and repeats it while the server is busy. All writes of a deploy can be
   * repeated.
   */
  async request(request: KubeRequest): Promise<KubeResponse> {
    const response = await this.#send(request);
    const text = await readText(response).catch((error: unknown) => {
      throw unreachableError(this.access.server, error);
    });
    return { status: response.status, value: parseJson(text) };
  }

  /** Sends a request and returns what the server stored. @throws {GatiError} for any other status */
  async call(what: string, request: KubeRequest): Promise<KubeObject> {
    const { status, value } = await this.request(request);
    if (status >= 200 && status < 300 && isObject(value)) return value as unknown as KubeObject;
    throw kubeError(what, status, value);
  }

  /** Returns an object, or `undefined` if there is none. */
  async get(path: string): Promise<KubeObject | undefined> {
    const { status, value } = await this.request({ method: 'GET', path });
    if (status === 404) return undefined;
    if (status === 200) return value as KubeObject;
    throw kubeError(`Can't read ${path}`, status, value);
  }

  /**
   * Lists objects page by page.
   *
   * @throws {GatiError} GATI_DEPLOY_CLUSTER when more than 5000 objects are kept
   */
  async list(
    path: string,
    query: Record<string, string> = {},
    { keep = () => true, accept }: ListOptions = {},
  ): Promise<KubeObject[]> {
    let items: KubeObject[] = [];
    let next: string | undefined;
    for (let restarts = 0, pages = 0; ; pages++) {
      const page = await this.request({
        method: 'GET',
        path,
        accept,
        query: { ...query, limit: String(PAGE), ...(next && { continue: next }) },
      });
      if (page.status === 410 && next !== undefined && restarts++ < LIST_RESTARTS) {
        items = [];
        next = undefined;
        continue;
      }
      if (page.status !== 200) throw kubeError(`Can't list ${path}`, page.status, page.value);
      const { items: found, metadata } = page.value as {
        items?: KubeObject[] | null;
        metadata?: { continue?: string };
      };
      // An API server responds `null` for an empty list of some kinds, such as roles.
      items.push(...(found ?? []).filter(keep));
      next = metadata?.continue || undefined;
      if (items.length > LIST_LIMIT || (next !== undefined && pages >= PAGE_LIMIT))
        throw new GatiError({
          code: 'GATI_DEPLOY_CLUSTER',
          message: `The list ${path} is too long: it has more than ${LIST_LIMIT} objects.`,
          fix: 'Remove unused objects, or move the app to another namespace.',
        });
      if (next === undefined) return items;
    }
  }

  /** Reads text, such as the log of a container; `undefined` if there is none. */
  async text(
    path: string,
    query: Record<string, string>,
    limit: number = TEXT_LIMIT,
  ): Promise<string | undefined> {
    const response = await this.#send({ method: 'GET', path, query });
    if (response.status !== 200) return void discard(response);
    return await readText(response, limit).catch(() => undefined);
  }

  /**
   * Opens text that the server sends bit by bit, such as the log of a running container;
   * `undefined` if there is none. It has no time-out: a quiet server logs nothing.
   */
  async stream(
    path: string,
    query: Record<string, string>,
  ): Promise<http.IncomingMessage | undefined> {
    const response = await this.#send({ method: 'GET', path, query, idle: 0 });
    if (response.status === 200) return response.body;
    return void discard(response);
  }

  /** Sends a request to a path that the API server passes on, and returns its head. */
  async head(path: string): Promise<{ status: number; headers: http.IncomingHttpHeaders }> {
    const response = await this.#send({ method: 'GET', path }, 1);
    discard(response);
    return { status: response.status, headers: response.headers };
  }

  async #send(request: KubeRequest, tries?: number): Promise<HttpResponse> {
    const { signal, pause } = this.#options;
    try {
      const response = await withRetry(() => this.#authorized(request), { signal, pause, tries });
      const date = Date.parse(response.headers.date ?? '');
      if (date > 0) this.#ahead = date - Date.now();
      return response;
    } catch (error) {
      if (error instanceof GatiError || signal?.aborted) throw error;
      throw unreachableError(this.access.server, error);
    }
  }

  async #authorized(request: KubeRequest): Promise<HttpResponse> {
    const response = await this.#once(request);
    if (response.status !== 401 || !(this.access.exec || this.access.renew)) return response;
    // Credentials may end before the time that the plugin said.
    discard(response);
    this.#credentials = undefined;
    return await this.#once(request);
  }

  async #once(request: KubeRequest): Promise<HttpResponse> {
    const { method, path, query, contentType, accept, body, idle } = request;
    const url = new URL(path, this.access.server);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const headers: Record<string, string> = {
      accept: accept ?? 'application/json',
      'user-agent': this.#options.program ?? 'gati-deploy',
      ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
    };
    const authorization = await this.#authorization();
    if (authorization) headers['authorization'] = authorization;
    return await send({
      method,
      url,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      agent: this.#agentWith(this.#credentials?.certificate ?? this.access.certificate),
      signal: this.#options.signal,
      idle,
    });
  }

  async #authorization(): Promise<string | undefined> {
    const { token, tokenFile, basic, exec } = this.access;
    const renew = exec ? () => runExecPlugin(exec, this.access) : this.access.renew;
    if (renew) {
      const { expires = Infinity } = this.#credentials ?? { expires: 0 };
      if (Date.now() > expires - EXPIRY_MARGIN) {
        const before = this.#credentials;
        this.#credentials = await renew();
        if (before?.certificate) this.#agent = undefined;
      }
      if (this.#credentials?.token) return `Bearer ${this.#credentials.token}`;
    }
    // The file is read each time: Kubernetes renews the token of a pod.
    if (tokenFile) return `Bearer ${fs.readFileSync(tokenFile, 'utf8').trim()}`;
    if (token) return `Bearer ${token}`;
    if (!basic) return undefined;
    return `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}`;
  }

  #agentWith(certificate: ClusterAccess['certificate']): http.Agent | https.Agent {
    const { server, ca, skipTlsVerify, tlsServerName } = this.access;
    this.#agent ??= createAgent(server.protocol, {
      ...(ca && { ca }),
      ...(skipTlsVerify && { rejectUnauthorized: false }),
      ...(tlsServerName && { servername: tlsServerName }),
      ...certificate,
    });
    return this.#agent;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 1000) };
  }
}
