import { isJsonMediaType, PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import { parseAddress } from '../module-host/module-request.ts';
import {
  MODULE_HOST,
  type ModuleHost,
  type ModuleLimits,
  type ModuleState,
} from '../types/foreign.ts';
import { parseJson } from '../validate/json.ts';
import { type ChannelRequest, type ChannelTarget, HttpChannel } from './http-channel.ts';
import { failureKindOf, ModuleFailure, ModuleProblem } from './module-error.ts';
import { callHeaders, printInput } from './request-parts.ts';
import type { ModuleSource, SourceCall } from './source.ts';

/** Levels of objects and lists in a response at most. */
const MAX_DEPTH = 256;
/** Characters of a problem's code at most. */
const MAX_CODE = 200;
const STREAM_TYPE = 'application/x-ndjson';

export interface ProtocolOptions {
  name: string;
  release: string;
  limits: ModuleLimits;
  /** Further headers of each request. */
  headers?: Record<string, string>;
}

/** A module that has the protocol of Gati: `docs/reference/module-protocol.md`. */
export class ProtocolSource implements ModuleSource {
  readonly #options: ProtocolOptions;
  readonly #base: string = '';
  #channel: HttpChannel | undefined;
  #reason = 'it has not started yet.';
  readonly #unfollow: () => void;
  readonly #ready: Promise<void>;

  /** @param target the host that supervises the module, or the fixed address of the module */
  constructor(options: ProtocolOptions, target: ModuleHost | ChannelTarget) {
    this.#options = options;
    if ('origin' in target) {
      this.#base = target.base ?? '';
      this.#channel = new HttpChannel(target, options.limits.concurrency);
      this.#unfollow = () => {};
      this.#ready = Promise.resolve();
      return;
    }
    let isKnown = (): void => {};
    this.#ready = new Promise((resolve) => (isKnown = resolve));
    this.#unfollow = target.follow(options.name, (state) => {
      isKnown();
      return this.#move(state);
    });
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  async call(call: SourceCall): Promise<unknown> {
    const { status, type, text } = await this.#open().send(this.#request(call));
    if (status === 204) return undefined;
    if (status < 200 || status > 299) throw toProblem(status, type, text);
    return parseAnswer(type, text);
  }

  async stream(call: SourceCall): Promise<AsyncIterable<unknown>> {
    const request = this.#request(call);
    const { status, type, lines } = await this.#open().open(request);
    if (status >= 200 && status <= 299) {
      if (type.startsWith(STREAM_TYPE)) return parseLines(lines);
      throw new ModuleFailure('answer', `its stream has the type ${JSON.stringify(type)}.`);
    }
    let text = '';
    for await (const line of lines) {
      text += `${line}\n`;
      if (text.length > request.most) break;
    }
    throw toProblem(status, type, text);
  }

  async close(): Promise<void> {
    this.#unfollow();
    await this.#channel?.destroy();
  }

  #open(): HttpChannel {
    if (this.#channel !== undefined) return this.#channel;
    const failure = new ModuleFailure('unavailable', this.#reason, false);
    // The process starts again soon, so its return must not wait for the circuit breaker.
    failure.isCounted = false;
    throw failure;
  }

  /** Sends further calls to another address. Resolves when no call uses the old one. */
  async #move({ address, reason = 'it does not run.' }: ModuleState): Promise<void> {
    const old = this.#channel;
    const target = address === undefined ? undefined : toTarget(address);
    this.#reason = reason;
    this.#channel = target && new HttpChannel(target, this.#options.limits.concurrency);
    // Without another process, open calls of the old one can only fail.
    await (target ? old?.close() : old?.destroy());
  }

  #request(call: SourceCall): ChannelRequest {
    const { limits, release, headers = {} } = this.#options;
    const { method, input, deadline, signal } = call;
    const body = printInput('the input', input, limits.input);
    return {
      method: 'POST',
      path: `${this.#base}/call/${method}`,
      headers: [
        ...callHeaders(call, body),
        'deadline',
        String(Math.max(0, Math.floor(deadline - performance.now()))),
        'x-gati-release',
        release,
        ...Object.entries(headers).flat(),
      ],
      body,
      deadline,
      signal,
      most: limits.output,
    };
  }
}

function toTarget(address: string): ChannelTarget | undefined {
  if (address.startsWith('http:')) return { origin: address, isShared: true };
  const endpoint = parseAddress(address);
  if (endpoint === undefined) return undefined;
  if ('socketPath' in endpoint) return { origin: `http://${MODULE_HOST}`, ...endpoint };
  const { host, port } = endpoint;
  return { origin: `http://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

/** @throws {ModuleFailure} when the text is not JSON */
export function parseAnswer(type: string, text: string): unknown {
  if (!isJsonMediaType(type))
    throw new ModuleFailure('answer', `its response has the type ${JSON.stringify(type)}.`);
  try {
    return parseJson(text, MAX_DEPTH);
  } catch {
    throw new ModuleFailure('answer', 'its response is not valid JSON, or nested too deeply.');
  }
}

async function* parseLines(lines: AsyncIterable<string>): AsyncGenerator<unknown> {
  for await (const line of lines) yield parseAnswer('application/json', line);
}

/** Returns the problem of an error response; another body is no answer of the protocol. */
export function toProblem(status: number, type: string, text: string): Error {
  const isProblem = type.startsWith(PROBLEM_MEDIA_TYPE) && status >= 400 && status <= 599;
  const value = isProblem ? (parseAnswer(type, text) as Record<string, unknown> | null) : null;
  const code = value?.['code'];
  if (typeof code !== 'string' || code === '' || code.length > MAX_CODE)
    return new ModuleFailure('answer', `it responds ${status} without a problem that has a code.`);
  const detail = value?.['detail'];
  const kind = failureKindOf(code);
  if (kind !== undefined)
    return new ModuleFailure(kind, typeof detail === 'string' ? detail : 'it reports so.');
  return new ModuleProblem(status, code, typeof detail === 'string' ? detail : undefined);
}
