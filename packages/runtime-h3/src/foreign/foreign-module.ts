import { setTimeout as sleep } from 'node:timers/promises';
import type { Defs } from '@gati/contract';
import type { Logger } from '../types/context.ts';
import type { BoundMethod, ForeignBinding, ModuleLimits } from '../types/foreign.ts';
import type { ScopedCall } from '../types/bundle.ts';
import { explain } from '../validate/explain.ts';
import { Breaker } from './breaker.ts';
import { Bulkhead } from './bulkhead.ts';
import { currentCall } from './call-scope.ts';
import { ModuleFailure, ModuleProblem, toHttpError } from './module-error.ts';
import type { ModuleSource, SourceCall } from './source.ts';

/** Milliseconds before the request's deadline at which a call of a module is late. */
const MARGIN = 10;
/** Milliseconds before the first further attempt; each further one waits twice as long. */
const RETRY_PAUSE = 25;

/** Options of one call: `gctx.modules.scorer.score(input, { timeout: 500 })`. */
export interface CallOptions {
  /** Milliseconds; the deadline of the request ends the call too. */
  timeout?: number;
  /** Ends the call. By default the signal of the request. */
  signal?: AbortSignal;
  /** Key of an idempotent call. By default each call has another one. */
  idempotencyKey?: string;
}

export interface ForeignModuleOptions {
  binding: ForeignBinding;
  limits: ModuleLimits;
  source: ModuleSource;
  $defs: Defs;
  logger: Logger;
  /** Whether telemetry adds `traceparent` to requests. */
  isTraced: boolean;
}

/** Calls the methods of one module within all limits. */
export class ForeignModule {
  readonly #options: ForeignModuleOptions;
  readonly #bulkhead: Bulkhead;
  readonly #breaker: Breaker;

  constructor(options: ForeignModuleOptions) {
    this.#options = options;
    this.#bulkhead = new Bulkhead(options.limits);
    this.#breaker = new Breaker(options.limits);
  }

  /** Returns `gctx.modules.<name>`: one function for each method. */
  createApi(): Record<string, unknown> {
    const entries = Object.entries(this.#options.binding.methods).map(([name, method]) => {
      const call = method.stream
        ? (input: unknown, options?: CallOptions) => this.#stream(name, method, input, options)
        : (input: unknown, options?: CallOptions) => this.#call(name, method, input, options);
      return [name, Object.defineProperty(call, 'name', { value: name })] as const;
    });
    return Object.fromEntries(entries);
  }

  async #call(
    name: string,
    method: BoundMethod,
    input: unknown,
    options: CallOptions = {},
  ): Promise<unknown> {
    const call = this.#toSourceCall(name, method, input, options);
    try {
      await this.#bulkhead.enter(call.deadline);
      try {
        return this.#checked(name, method, await this.#attempt(method, call));
      } finally {
        this.#bulkhead.leave();
      }
    } catch (error) {
      throw this.#failed(name, error);
    }
  }

  async *#stream(
    name: string,
    method: BoundMethod,
    input: unknown,
    options: CallOptions = {},
  ): AsyncGenerator<unknown> {
    const call = this.#toSourceCall(name, method, input, options);
    try {
      await this.#bulkhead.enter(call.deadline);
      try {
        const items = await this.#guarded(() => this.#options.source.stream(call));
        for await (const item of items) yield this.#checked(name, method, item);
      } finally {
        this.#bulkhead.leave();
      }
    } catch (error) {
      throw this.#failed(name, error);
    }
  }

  #toSourceCall(
    name: string,
    { idempotent }: BoundMethod,
    input: unknown,
    { timeout, signal, idempotencyKey }: CallOptions,
  ): SourceCall {
    const { limits, isTraced } = this.#options;
    const scope = currentCall();
    const now = performance.now();
    const own = now + Math.min(timeout ?? Infinity, limits.timeout);
    const deadline = Math.min(own, (scope?.deadline ?? Infinity) - MARGIN);
    signal ??= scope?.signal;
    signal?.throwIfAborted();
    return {
      method: name,
      input,
      deadline,
      signal,
      idempotencyKey: idempotent ? (idempotencyKey ?? crypto.randomUUID()) : undefined,
      traceparent: isTraced ? undefined : traceParentOf(scope),
    };
  }

  async #attempt({ idempotent }: BoundMethod, call: SourceCall): Promise<unknown> {
    const { limits, source } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#guarded(() => source.call(call));
      } catch (error) {
        const pause = RETRY_PAUSE * 2 ** attempt * (1 + Math.random());
        const isOver = attempt >= limits.retries || performance.now() + pause > call.deadline;
        if (isOver || !mayRepeat(error, idempotent === true)) throw error;
        await sleep(pause, undefined, { signal: call.signal }).catch(() => {
          throw call.signal!.reason as Error;
        });
      }
    }
  }

  /** Counts the outcome of one attempt for the circuit breaker. */
  async #guarded<Result>(attempt: () => Promise<Result>): Promise<Result> {
    this.#breaker.enter();
    try {
      const result = await attempt();
      this.#breaker.succeed();
      return result;
    } catch (error) {
      if (error instanceof ModuleFailure && error.isCounted) this.#breaker.fail();
      else if (error instanceof ModuleProblem) this.#breaker.succeed();
      else this.#breaker.leave();
      throw error;
    }
  }

  /** @throws {ModuleFailure} when a result does not match the contract of the release */
  #checked(name: string, { output }: BoundMethod, value: unknown): unknown {
    if (output === undefined || output.check(value)) return value;
    const [first] = explain(output.schema, this.#options.$defs, value, 'response');
    const place = first === undefined ? '' : ` ${first.path || 'the result'} ${first.message}.`;
    throw new ModuleFailure('answer', `the result of ${name} does not match its contract:${place}`);
  }

  #failed(method: string, error: unknown): unknown {
    const { binding, logger } = this.#options;
    if (error instanceof ModuleFailure)
      logger.warn('a call of a module failed', {
        code: error.code,
        module: binding.name,
        method,
        reason: error.reason,
      });
    return toHttpError(binding.name, error);
  }
}

/** A call that was not sent may be repeated; any other only if its method is idempotent. */
function mayRepeat(error: unknown, isIdempotent: boolean): boolean {
  if (!(error instanceof ModuleFailure)) return false;
  if (error.kind === 'late' || error.kind === 'answer') return false;
  return isIdempotent || !error.wasSent;
}

/** Continues the trace of a request when no telemetry does. */
function traceParentOf(scope: ScopedCall | undefined): string | undefined {
  const { traceId, spanId } = (scope ?? {}) as { traceId?: string; spanId?: string };
  return traceId === undefined || spanId === undefined ? undefined : `00-${traceId}-${spanId}-00`;
}
