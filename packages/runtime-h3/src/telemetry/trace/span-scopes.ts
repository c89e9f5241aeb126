import { AsyncLocalStorage } from 'node:async_hooks';
import type { LogSink } from '../record/recorder.ts';
import { errorType, isClientError } from './error-type.ts';
import type { SpanEntry } from './span-table.ts';
import { SpanWriter } from './span-writer.ts';
import type { OpenSpan } from './trace.ts';

/**
 * Tracks the current span in an `AsyncLocalStorage`.
 *
 * Spans are plain objects until their request ends. Only spans of kept traces get ids, names and
 * text.
 */
export class SpanScopes {
  readonly #scopes = new AsyncLocalStorage<OpenSpan>();
  protected readonly writer: SpanWriter;

  constructor(sink: LogSink) {
    this.writer = new SpanWriter(sink);
  }

  /** The current span. `undefined` outside of requests and runs. */
  get current(): OpenSpan | undefined {
    return this.#scopes.getStore();
  }

  /** Runs `work` as a part of a span. */
  runIn<Result>(span: OpenSpan, work: () => Result): Result {
    return this.#scopes.run(span, work);
  }

  /** Runs `work` as a span of the current request or run. Outside of both, just runs it. */
  observe<Detail, Result>(
    entry: SpanEntry<Detail>,
    detail: Detail,
    work: () => Result,
    module?: string,
  ): Result {
    const span = this.open(entry, detail, module);
    return span === undefined
      ? work()
      : (this.#scopes.run(span, runSpan, this, span, work) as Result);
  }

  /** Opens a span below the current one, which the caller ends. */
  open<Detail>(entry: SpanEntry<Detail>, detail: Detail, module?: string): OpenSpan | undefined {
    const scope = this.#scopes.getStore();
    return scope?.trace.open(scope, entry as SpanEntry<never>, detail, module ?? scope.module);
  }

  /** Ends a span. */
  end(span: OpenSpan, error?: string): void {
    if (span.end > 0) return;
    span.end = performance.now();
    if (error !== undefined) {
      span.error = error;
      span.trace.failed = true;
    }
    if (span.trace.isKept === true) this.writer.span(span);
  }

  /** Ends a span that threw `error`. */
  fail(span: OpenSpan, error: unknown): void {
    this.end(span, isClientError(error) ? undefined : errorType(error));
  }

  /** Writes the waiting spans. */
  flush(): void {
    this.writer.flush();
  }
}

function runSpan(scopes: SpanScopes, span: OpenSpan, work: () => unknown): unknown {
  let result: unknown;
  try {
    result = work();
  } catch (error) {
    scopes.fail(span, error);
    throw error;
  }
  if (!isPlainPromise(result)) {
    scopes.end(span);
    return result;
  }
  return awaitSpan(scopes, span, result);
}

/** Uses `await`, because with `then` the stack of an error would lack the callers. */
async function awaitSpan(
  scopes: SpanScopes,
  span: OpenSpan,
  promise: Promise<unknown>,
): Promise<unknown> {
  try {
    const value = await promise;
    scopes.end(span);
    return value;
  } catch (error) {
    scopes.fail(span, error);
    throw error;
  }
}

/**
 * Whether a value is a native promise. Other thenables, such as queries that run when they are
 * awaited, are left alone: calling `then` would start them.
 */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise && Object.getPrototypeOf(value) === Promise.prototype;
}
