import type { Body, Engine, Operation, Stored } from './engine.ts';

/** A valid request to the fake. */
export interface Call {
  /** `container.projects.locations.clusters.create` */
  method: string;
  verb: string;
  /** Parameters of the path. */
  values: Record<string, string>;
  query: URLSearchParams;
  body: Body;
  /** The original request, for servers behind the fake. */
  raw: { path: string; headers: Record<string, string>; bytes: Buffer };
}

/** An error of a Google API. */
export interface ApiError {
  code: number;
  status: string;
  message: string;
}

/** `raw`: a response of a server behind the fake. */
export type Reply =
  | { body: Body }
  | { error: ApiError }
  | { raw: { status: number; headers: Record<string, string>; bytes: Buffer } };

export type Handler = (call: Call) => Reply | Promise<Reply>;

/** A kind of resource. The methods of all kinds work in the same way. */
export interface Kind {
  /** Start of the names of its methods: `container.projects.locations.clusters`. */
  methods: string;
  /** Name of the list in responses: `clusters`. */
  list: string;
  /** Returns the name of the resource that a request is for. */
  name(call: Call): string;
  /** Returns the resource that a request creates; its whole body by default. */
  content?(call: Call): Body;
  /** Returns a resource as responses have it. */
  output(name: string, stored: Stored): Body;
  /** Whether a resource is visible during its creation, and stays if the creation fails. */
  isVisibleEarly?: boolean;
  /** Returns an operation as responses have it. Without it, changes take no time. */
  operation?(operation: Operation, call: Call): Body;
  /** Why a resource can't be deleted now. */
  inUse?(name: string): string | undefined;
  onCreated?(name: string): void;
  onDeleted?(name: string): void;
}

export const notFound = (name: string): Reply => ({
  error: { code: 404, status: 'NOT_FOUND', message: `Resource '${name}' was not found` },
});

/** Returns the handlers of the methods of a kind of resource. */
export function createHandlers(engine: Engine, kind: Kind): Record<string, Handler> {
  const create: Handler = (call) => {
    const name = kind.name(call);
    if (engine.stored.has(name))
      return {
        error: { code: 409, status: 'ALREADY_EXISTS', message: `Already exists: ${name}` },
      };
    const stored: Stored = { body: kind.content?.(call) ?? call.body, state: 'creating' };
    engine.stored.set(name, stored);
    return change(call, 'create', name, (why) => {
      if (why !== undefined && !kind.isVisibleEarly) return void engine.stored.delete(name);
      Object.assign(stored, why === undefined ? { state: 'ready' } : { state: 'failed', why });
      if (why === undefined) kind.onCreated?.(name);
    });
  };
  const remove: Handler = (call) => {
    const name = kind.name(call);
    const stored = engine.read(name);
    if (!stored) return notFound(name);
    const why = kind.inUse?.(name);
    if (why !== undefined)
      return { error: { code: 400, status: 'FAILED_PRECONDITION', message: why } };
    stored.state = 'deleting';
    return change(call, 'delete', name, (why) => {
      if (why !== undefined) return;
      engine.stored.delete(name);
      kind.onDeleted?.(name);
    });
  };
  const change = (call: Call, type: string, name: string, ended: (why?: string) => void): Reply => {
    const operation = engine.start(type, name, ended);
    if (type === 'create') engine.hide(name, kind.isVisibleEarly ? engine.now : operation.end);
    if (kind.operation) return { body: kind.operation(operation, call) };
    const stored = engine.stored.get(name);
    return { body: stored ? kind.output(name, stored) : {} };
  };
  const handlers: Record<string, Handler> = {
    create,
    insert: create,
    delete: remove,
    get(call) {
      const name = kind.name(call);
      const stored = engine.read(name);
      return stored ? { body: kind.output(name, stored) } : notFound(name);
    },
    list(call) {
      const prefix = kind.name(call).split('/');
      // The segment `-` means all locations.
      const isBelow = (name: string): boolean =>
        name.split('/').length === prefix.length &&
        prefix.every((part, at) => part === '' || part === '-' || part === name.split('/')[at]);
      const found = [...engine.stored]
        .filter(([name]) => isBelow(name) && engine.read(name) !== undefined)
        .map(([name, stored]) => kind.output(name, stored));
      return { body: found.length > 0 ? { [kind.list]: found } : {} };
    },
    patch(call) {
      const name = kind.name(call);
      const stored = engine.read(name);
      if (!stored) return notFound(name);
      Object.assign(stored.body, call.body);
      return change(call, 'update', name, () => {});
    },
  };
  return Object.fromEntries(
    Object.entries(handlers).map(([verb, handler]) => [`${kind.methods}.${verb}`, handler]),
  );
}

/** An operation as most APIs have it. */
export const longRunning =
  (engine: Engine, parent: (call: Call) => string) =>
  (operation: Operation, call: Call): Body => {
    const { name, error, type, target } = operation;
    const done = engine.isDone(operation);
    const response = { '@type': 'type.googleapis.com/google.protobuf.Empty' };
    return {
      name: `${parent(call)}/operations/${name}`,
      metadata: { '@type': 'type.googleapis.com/gati.Operation', target, verb: type },
      ...(done && { done, ...(error ? { error } : { response }) }),
    };
  };

/** Returns the handler that reads such operations. */
export const readOperation =
  (engine: Engine): Handler =>
  (call) => {
    const { name = '' } = call.values;
    const operation = engine.findOperation(name.split('/').at(-1)!);
    if (!operation) return notFound(name);
    const parent = name.replace(/\/operations\/[^/]+$/, '');
    return { body: longRunning(engine, () => parent)(operation, call) };
  };
