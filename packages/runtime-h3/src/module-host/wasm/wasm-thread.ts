// oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin
import { Worker } from 'node:worker_threads';
import { THREAD_CODE } from './thread-code.ts';

/** MB of JavaScript in a thread, beside the memory of the module. */
const HEAP = 32;
/** Milliseconds until an instance is ready. */
const START_TIME = 5000;
const PAGE = 65_536;

export interface ThreadLimits {
  /** Bytes of memory of the instance. */
  memory: number;
  /** Bytes of a result. */
  output: number;
}

interface ThreadMessage {
  id?: number;
  output?: string;
  error?: string;
  log?: string;
  ready?: true;
}

/** One instance of a WebAssembly module in a thread that can be ended. It runs one call at a time. */
export class WasmThread {
  readonly #worker: Worker;
  readonly #ready: Promise<void>;
  #lastId = 0;
  #pending: { id: number; settle(message: ThreadMessage): void } | undefined;
  /** The instance trapped or was ended, and can't be used again. */
  isBroken = false;

  constructor(
    module: WebAssembly.Module,
    { memory, output }: ThreadLimits,
    onLog: (line: string) => void,
  ) {
    this.#worker = new Worker(THREAD_CODE, {
      eval: true,
      workerData: { module, maxPages: Math.ceil(memory / PAGE), maxOutput: output },
      resourceLimits: { maxOldGenerationSizeMb: HEAP, maxYoungGenerationSizeMb: HEAP / 4 },
      env: {},
      stdin: false,
    });
    this.#worker.unref();
    this.#ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('it is not ready in time.')), START_TIME);
      this.#worker.on('message', (message: ThreadMessage) => {
        if (message.ready) {
          clearTimeout(timer);
          resolve();
        } else if (message.log !== undefined) {
          for (const line of message.log.split('\n')) if (line.trim() !== '') onLog(line);
        } else if (message.id === this.#pending?.id) this.#pending?.settle(message);
      });
      this.#worker.on('error', (error) => {
        clearTimeout(timer);
        this.#fail(error.message, reject);
      });
      this.#worker.on('exit', () => this.#fail('its thread ended', reject));
    });
    this.#ready.catch(() => undefined);
  }

  /**
   * Runs a call, or reads the descriptor without a text.
   *
   * @throws {Error} when the instance traps, or its thread ends
   */
  async run(text: string | undefined): Promise<string> {
    await this.#ready;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending = {
        id,
        settle: ({ output, error }) => {
          this.#pending = undefined;
          if (output !== undefined) return resolve(output);
          this.isBroken = true;
          reject(new Error(error ?? 'it has no result'));
        },
      };
      this.#worker.postMessage({ id, text });
    });
  }

  async end(): Promise<void> {
    this.isBroken = true;
    await this.#worker.terminate();
  }

  #fail(reason: string, reject: (error: Error) => void): void {
    this.isBroken = true;
    reject(new Error(reason));
    this.#pending?.settle({ error: reason });
  }
}
