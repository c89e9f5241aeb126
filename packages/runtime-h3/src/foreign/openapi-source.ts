import { isObject } from '@gati/contract/data';
import { PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import type { BoundMethod, ModuleLimits } from '../types/foreign.ts';
import { type ChannelRequest, type ChannelResponse, HttpChannel } from './http-channel.ts';
import { ModuleFailure, ModuleProblem } from './module-error.ts';
import { parseAnswer, toProblem } from './protocol-source.ts';
import { callHeaders, printInput } from './request-parts.ts';
import type { ModuleSource, SourceCall } from './source.ts';
import { OWN_HEADERS } from '../module-host/fill-variables.ts';
import { withoutLastSlashes } from '../module-host/without-last-slashes.ts';

/** The parts of a request, as the routes of the typed client have them. */
interface OperationInput {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  headers?: Record<string, unknown>;
  body?: unknown;
}

/** A service with an OpenAPI document: each operation is a method. */
export class OpenApiSource implements ModuleSource {
  readonly #methods: Record<string, BoundMethod>;
  readonly #headers: Record<string, string>;
  readonly #fixed: ReadonlySet<string>;
  readonly #limits: ModuleLimits;
  readonly #channel: HttpChannel;
  /** Path of the address, without a slash at the end. */
  readonly #base: string;

  /** @param headers of each request, which a call can't replace */
  constructor(
    source: string,
    methods: Record<string, BoundMethod>,
    headers: Record<string, string>,
    limits: ModuleLimits,
  ) {
    const { origin, pathname } = new URL(source);
    this.#methods = methods;
    this.#headers = headers;
    this.#fixed = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
    this.#limits = limits;
    this.#base = withoutLastSlashes(pathname);
    this.#channel = new HttpChannel({ origin }, limits.concurrency);
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  async call(call: SourceCall): Promise<unknown> {
    const response = await this.#channel.send(this.#request(call));
    const { status, type, text } = response;
    if (status < 200 || status > 299) throw toServiceError(response);
    if (text === '') return undefined;
    return parseAnswer(type, text);
  }

  stream(): Promise<AsyncIterable<unknown>> {
    return Promise.reject(new ModuleFailure('answer', 'an OpenAPI service has no streams.'));
  }

  async close(): Promise<void> {
    await this.#channel.destroy();
  }

  #request({ method, input, deadline, signal, ...call }: SourceCall): ChannelRequest {
    const [verb = 'GET', template = '/'] = this.#methods[method]!.operation?.split(' ') ?? [];
    const {
      params = {},
      query = {},
      headers = {},
      body,
    } = (isObject(input) ? input : {}) as OperationInput;
    const text = printInput('the body', body, this.#limits.input);
    return {
      method: verb,
      path: this.#base + fillPath(template, params) + printQuery(query),
      headers: [
        'accept',
        'application/json',
        'accept-encoding',
        'identity',
        ...callHeaders(call, text),
        ...Object.entries(this.#headers).flat(),
        ...Object.entries(headers).flatMap(([name, value]) =>
          value === undefined || OWN_HEADERS.test(name) || this.#fixed.has(name.toLowerCase())
            ? []
            : [name, String(value)],
        ),
      ],
      body: text,
      deadline,
      signal,
      most: this.#limits.output,
    };
  }
}

/** `/users/{id}` → `/users/7`. A value can't add a segment. */
function fillPath(template: string, params: Record<string, unknown>): string {
  return template.replaceAll(/\{([^{}]+)\}/g, (_whole, name: string) => {
    const value = params[name];
    if (value === undefined || value === '' || value === '.' || value === '..')
      throw new ModuleFailure('failed', `the parameter ${name} has no value for a path.`, false);
    return encodeURIComponent(String(value));
  });
}

function printQuery(query: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value])
      if (each !== undefined && each !== null) search.append(name, String(each));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** A problem keeps its code. Another error of the client's kind gets one: `http_404`. */
function toServiceError({ status, type, text }: ChannelResponse): Error {
  if (type.startsWith(PROBLEM_MEDIA_TYPE)) {
    const problem = toProblem(status, type, text);
    if (problem instanceof ModuleProblem) return problem;
  }
  if (status >= 400 && status < 500) return new ModuleProblem(status, `http_${status}`, undefined);
  return new ModuleFailure('failed', `it responds ${status}.`);
}
