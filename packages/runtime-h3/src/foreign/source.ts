/** One call of a method, as a source gets it. */
export interface SourceCall {
  method: string;
  /** The argument; `undefined` if there is none. */
  input: unknown;
  /** `performance.now()` at which the call must have ended. */
  deadline: number;
  signal: AbortSignal | undefined;
  /** Present for idempotent methods: the same for each attempt. */
  idempotencyKey: string | undefined;
  /** `traceparent` of the caller, unless telemetry sends it. */
  traceparent: string | undefined;
}

/**
 * Port of everything that a foreign module can come from. Errors of `call` and `stream` are a
 * `ModuleFailure`, a `ModuleProblem`, or the reason of the signal.
 */
export interface ModuleSource {
  /** Resolves to the result, before it is checked. */
  call(call: SourceCall): Promise<unknown>;
  /** Resolves to the items of a stream once the module has begun to respond. */
  stream(call: SourceCall): Promise<AsyncIterable<unknown>>;
  /** Resolves once the module can be called, or it is known that it can't. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
