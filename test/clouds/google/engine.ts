/** A resource or an operation, in the form of the API. */
export type Body = Record<string, unknown>;

export interface Stored {
  body: Body;
  state: 'creating' | 'ready' | 'failed' | 'deleting';
  /** Why the creation failed. */
  why?: string;
}

/** A change that takes time. */
export interface Operation {
  /** `operation-1` */
  name: string;
  /** `create` or `delete` */
  type: string;
  /** Name of the resource. */
  target: string;
  /** Time of the clock at which it ends. */
  end: number;
  error?: { code: number; message: string };
}

/** The state of all resources, with a clock that only tests and requests move. */
export interface Engine {
  /** Milliseconds. */
  now: number;
  /** Milliseconds that operations take. */
  duration: number;
  /** Milliseconds by which each request moves the clock. */
  pace: number;
  /** Milliseconds in which a new resource is invisible, although its operation has ended. */
  lag: number;
  /** Returns why an operation fails, or `never` if it does not end. */
  outcome?: (type: string, target: string) => string | undefined;
  /** All resources by their names. */
  stored: Map<string, Stored>;
  /** Returns a resource, unless it is invisible. */
  read(name: string): Stored | undefined;
  /** Starts an operation. `ended` is called when it ends, with the reason if it failed. */
  start(type: string, target: string, ended: (why?: string) => void): Operation;
  /** Makes a resource invisible until this time of the clock, and for the lag after it. */
  hide(name: string, end: number): void;
  findOperation(name: string): Operation | undefined;
  isDone(operation: Operation): boolean;
  advance(milliseconds: number): void;
}

export function createEngine(): Engine {
  const operations = new Map<string, Operation & { ended(why?: string): void }>();
  const pending = new Set<Operation & { ended(why?: string): void }>();
  const visible = new Map<string, number>();
  const engine: Engine = {
    now: 0,
    duration: 0,
    pace: 0,
    lag: 0,
    stored: new Map(),
    read: (name) => ((visible.get(name) ?? 0) > engine.now ? undefined : engine.stored.get(name)),
    start(type, target, ended) {
      const outcome = engine.outcome?.(type, target);
      const end = outcome === 'never' ? Infinity : engine.now + engine.duration;
      const name = `operation-${operations.size + 1}`;
      const error =
        outcome === undefined || outcome === 'never' ? undefined : { code: 8, message: outcome };
      const operation = { name, type, target, end, ended, ...(error && { error }) };
      operations.set(name, operation);
      pending.add(operation);
      engine.advance(0);
      return operation;
    },
    hide: (name, end) => void visible.set(name, end + engine.lag),
    findOperation: (name) => operations.get(name),
    isDone: ({ end }) => end <= engine.now,
    advance(milliseconds) {
      engine.now += milliseconds;
      for (const operation of pending) {
        if (!engine.isDone(operation)) continue;
        pending.delete(operation);
        operation.ended(operation.error?.message);
      }
    },
  };
  return engine;
}
