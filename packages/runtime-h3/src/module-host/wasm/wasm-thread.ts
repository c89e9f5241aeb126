// oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin
import { Worker } from 'node:worker_threads';
import { CALL } from './shared-call.ts';
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
  output?: string;
  log?: string;
  ready?: true;
}

interface PendingCall {
  resolve(output: string): void;
  reject(error: Error): void;
}

/** The part of `Atomics` from ES2024 that the caller of the thread uses. */
const { waitAsync } = Atomics as unknown as {
  waitAsync(
    state: Int32Array,
    index: number,
    value: number,
  ): { async: false } | { async: true; value: Promise<unknown> };
};

/** One instance of a WebAssembly module in a thread that can be ended. It runs one call at a time. */
export class WasmThread {
  readonly #worker: Worker;
  readonly #ready: Promise<void>;
  readonly #state: Int32Array;
  readonly #text: Buffer;
  #isReady = false;
  #lastCall = 0;
  /** The call that runs. */
  #pending: PendingCall | undefined;
  /** The instance trapped or was ended, and can't be used again. */
  isBroken = false;

  constructor(
    module: WebAssembly.Module,
    { memory, output }: ThreadLimits,
    onLog: (line: string) => void,
  ) {
    const shared = new SharedArrayBuffer(CALL.text + CALL.maxText);
    this.#state = new Int32Array(shared, 0, 4);
    this.#text = Buffer.from(shared, CALL.text);
    this.#worker = new Worker(THREAD_CODE, {
      eval: true,
      workerData: {
        module,
        maxPages: Math.ceil(memory / PAGE),
        maxOutput: output,
        shared,
        CALL,
      },
      resourceLimits: { maxOldGenerationSizeMb: HEAP, maxYoungGenerationSizeMb: HEAP / 4 },
      env: {},
      stdin: false,
    });
    this.#worker.unref();
    this.#ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail('it is not ready in time', reject);
        void this.end();
      }, START_TIME);
      this.#worker.on('message', ({ ready, log, output }: ThreadMessage) => {
        if (ready) {
          clearTimeout(timer);
          this.#isReady = true;
          resolve();
        } else if (log !== undefined) {
          for (const line of log.split('\n')) if (line.trim() !== '') onLog(line);
        } else if (output !== undefined) this.#settle()?.resolve(output);
      });
      this.#worker.on('error', (error) => this.#fail(error.message, reject));
      this.#worker.on('exit', () => {
        clearTimeout(timer);
        this.#fail('its thread ended', reject);
      });
    });
    this.#ready.catch(() => undefined);
  }

  /**
   * Runs a call, or reads the descriptor without a text.
   *
   * @throws {Error} when the instance traps, or its thread ends
   */
  async run(text: string | undefined): Promise<string> {
    if (!this.#isReady) await this.#ready;
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#send(text);
      this.#receive(this.#lastCall);
    });
  }

  async end(): Promise<void> {
    this.isBroken = true;
    await this.#worker.terminate();
  }

  #send(text: string | undefined): void {
    const state = this.#state;
    if (text === undefined) state[CALL.length] = CALL.descriptor;
    else if (Buffer.byteLength(text) <= CALL.maxText) state[CALL.length] = this.#text.write(text);
    else {
      state[CALL.length] = CALL.message;
      this.#worker.postMessage(text);
    }
    // Int32, as in the memory.
    this.#lastCall = (this.#lastCall + 1) | 0;
    Atomics.store(state, CALL.sent, this.#lastCall);
    Atomics.notify(state, CALL.sent);
  }

  /**
   * Settles a call once the thread has written its result, unless a message or the end of the
   * thread has settled it already.
   */
  #receive(call: number): void {
    if (this.#pending === undefined || call !== this.#lastCall) return;
    const state = this.#state;
    const ended = Atomics.load(state, CALL.ended);
    if (ended !== call) {
      const wait = waitAsync(state, CALL.ended, ended);
      if (wait.async) void wait.value.then(() => this.#receive(call));
      else this.#receive(call);
      return;
    }
    const length = state[CALL.length]!;
    if (length === CALL.message) return;
    const output = this.#text.toString('utf8', 0, length);
    if (state[CALL.failed] === 0) this.#settle()?.resolve(output);
    else {
      this.isBroken = true;
      this.#settle()?.reject(new Error(output));
    }
  }

  #settle(): PendingCall | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }

  #fail(reason: string, reject: (error: Error) => void): void {
    this.isBroken = true;
    reject(new Error(reason));
    this.#settle()?.reject(new Error(reason));
    // A waiter that nothing notifies would never be freed.
    Atomics.notify(this.#state, CALL.ended);
  }
}
