import type { OpenSpan } from './trace.ts';
import type { Tracer } from './tracer.ts';

/**
 * Relies on: `@opentelemetry/api` 1 stores registered objects in the global object with the first
 * key, and the current span in a context under the second key. Versions 1.0 to 1.10 do, because all
 * copies of the package share both.
 */
const GLOBAL = Symbol.for('opentelemetry.js.api.1');
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');

interface Context {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): Context;
}

interface ContextManager {
  active(): Context;
  with(context: Context, work: (...args: never[]) => unknown, ...rest: unknown[]): unknown;
  bind(context: Context, target: unknown): unknown;
  enable(): ContextManager;
  disable(): ContextManager;
}

/** Objects that an app registers: a provider of tracers, a context manager … */
type Registered = Record<string, unknown> & { context?: ContextManager };

/**
 * Gives the current span to `@opentelemetry/api`, so that spans of libraries are below those of the
 * request. It has no effect until the app registers a context manager, as the SDK's `register()`
 * does. The package is not needed here: its copies share one object, which may be part of the app's
 * bundle.
 *
 * Returns a function that ends it.
 */
export function shareWithOpenTelemetry(tracer: Tracer): () => void {
  const holder = globalThis as { [GLOBAL]?: Registered };
  let registered: Registered | undefined;
  const managers = new WeakMap<ContextManager, ContextManager>();
  const handler: ProxyHandler<Registered> = {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      return name === 'context' && value !== undefined ? wrapOnce(value as ContextManager) : value;
    },
  };
  const wrapOnce = (manager: ContextManager): ContextManager => {
    let wrapped = managers.get(manager);
    if (wrapped === undefined) {
      wrapped = wrap(manager, tracer);
      managers.set(manager, wrapped);
    }
    return wrapped;
  };
  const keep = (value: Registered | undefined): void => {
    // The package assigns the object that it has read.
    if (value !== registered) registered = value && new Proxy(value, handler);
  };
  const before = holder[GLOBAL];
  keep(before);
  Object.defineProperty(holder, GLOBAL, {
    configurable: true,
    enumerable: true,
    get: () => registered,
    set: keep,
  });
  return () => {
    const value = registered;
    Reflect.deleteProperty(holder, GLOBAL);
    if (value !== undefined) holder[GLOBAL] = value;
  };
}

function wrap(manager: ContextManager, tracer: Tracer): ContextManager {
  const wrapped: ContextManager = {
    active() {
      const context = manager.active();
      const span = tracer.current;
      // The context already has a span of the app's own tracer.
      if (span === undefined || context.getValue(SPAN_KEY) !== undefined) return context;
      return context.setValue(SPAN_KEY, toApiSpan(tracer, span));
    },
    with: (context, work, ...rest) => manager.with(context, work, ...rest),
    bind: (context, target) => manager.bind(context, target),
    enable() {
      manager.enable();
      return wrapped;
    },
    disable() {
      manager.disable();
      return wrapped;
    },
  };
  return wrapped;
}

/** Returns a view of a span that the package can read, but not change. */
function toApiSpan(tracer: Tracer, span: OpenSpan): object {
  const same = (): object => apiSpan;
  const [, traceId, spanId, flags] = tracer.traceParent(span).split('-');
  const context = { traceId, spanId, traceFlags: Number(flags), isRemote: false };
  const apiSpan = {
    spanContext: () => context,
    isRecording: () => false,
    setAttribute: same,
    setAttributes: same,
    addEvent: same,
    addLink: same,
    addLinks: same,
    setStatus: same,
    updateName: same,
    recordException: () => {},
    end: () => {},
  };
  return apiSpan;
}
