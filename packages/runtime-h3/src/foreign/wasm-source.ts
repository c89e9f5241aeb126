import { isObject } from '@gati/contract/data';
import { compileWasm } from '../module-host/wasm/compile-wasm.ts';
import { WasmThread } from '../module-host/wasm/wasm-thread.ts';
import type { Logger } from '../types/context.ts';
import type { ModuleLimits } from '../types/foreign.ts';
import { Bulkhead } from './bulkhead.ts';
import { ModuleFailure, ModuleProblem } from './module-error.ts';
import { parseAnswer } from './protocol-source.ts';
import type { ModuleSource, SourceCall } from './source.ts';

/** Threads of one module in one process at most. */
const MAX_THREADS = 4;

/** A WebAssembly module: instances in threads, without files, network and variables. */
export class WasmSource implements ModuleSource {
  readonly #limits: ModuleLimits;
  readonly #module: Promise<WebAssembly.Module>;
  readonly #logger: Logger;
  readonly #name: string;
  readonly #idle: WasmThread[] = [];
  readonly #places: Bulkhead;
  readonly #threads = new Set<WasmThread>();

  constructor(name: string, file: string, limits: ModuleLimits, logger: Logger) {
    this.#name = name;
    this.#limits = limits;
    this.#logger = logger;
    this.#places = new Bulkhead({ concurrency: MAX_THREADS, queue: limits.concurrency });
    this.#module = compileWasm(file);
    this.#module.catch(() => undefined);
  }

  async ready(): Promise<void> {
    await this.#module;
  }

  async call({ method, input, deadline, signal }: SourceCall): Promise<unknown> {
    const text = JSON.stringify({ method, input });
    if (Buffer.byteLength(text) > this.#limits.input)
      throw new ModuleFailure(
        'failed',
        `the input has more than ${this.#limits.input} bytes.`,
        false,
      );
    await this.#places.enter(deadline);
    try {
      const thread = this.#idle.pop() ?? this.#start(await this.#module);
      try {
        return toResult(await within(thread.run(text), thread, deadline, signal));
      } catch (error) {
        if (error instanceof Error && error.constructor === Error)
          throw new ModuleFailure('failed', `${error.message}.`);
        throw error;
      } finally {
        this.#give(thread);
      }
    } finally {
      this.#places.leave();
    }
  }

  stream(): Promise<AsyncIterable<unknown>> {
    return Promise.reject(new ModuleFailure('answer', 'a wasm: module has no streams.'));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #start(module: WebAssembly.Module): WasmThread {
    const thread = new WasmThread(module, this.#limits, (line) =>
      this.#logger.info(line, { module: this.#name }),
    );
    this.#threads.add(thread);
    return thread;
  }

  /** Keeps an instance for the next call, unless it is broken. */
  #give(thread: WasmThread): void {
    if (!thread.isBroken) return void this.#idle.push(thread);
    this.#threads.delete(thread);
    void thread.end();
  }
}

/** Ends the thread when the call is late or its client is gone: code in it can't be interrupted. */
function within(
  running: Promise<string>,
  thread: WasmThread,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const end = (error: unknown): void => {
      void thread.end();
      finish();
      reject(error as Error);
    };
    const onAbort = (): void => end(signal!.reason);
    const timer = setTimeout(
      () => end(new ModuleFailure('late', 'it did not respond in time.')),
      Math.max(0, deadline - performance.now()),
    );
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    running.then(resolve, reject).finally(finish);
  });
}

function toResult(text: string): unknown {
  const value = parseAnswer('application/json', text);
  if (!isObject(value)) throw new ModuleFailure('answer', 'its result is not an object.');
  const { problem } = value;
  if (!isObject(problem)) return value['result'];
  const { status, code, detail } = problem;
  if (typeof code !== 'string' || !Number.isInteger(status))
    throw new ModuleFailure('answer', 'its problem has no status or code.');
  const isError = (status as number) >= 400 && (status as number) <= 599;
  return Promise.reject(
    new ModuleProblem(
      isError ? (status as number) : 500,
      code,
      typeof detail === 'string' ? detail : undefined,
    ),
  );
}
