import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  context,
  type ContextManager,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { afterEach, expect, test } from 'vitest';
import { bundle } from '../../helpers/bundle.ts';
import { type Observed, observe } from '../../helpers/observed.ts';

/** The context manager of OpenTelemetry's SDK for Node, in short. */
class Manager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active = (): Context => this.#storage.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (active, work, thisArg, ...args) =>
    this.#storage.run(active, () => work.call(thisArg as never, ...args));
  bind: ContextManager['bind'] = (_active, target) => target;
  enable = (): this => this;
  disable = (): this => this;
}

/** Context of the parent of each span that libraries start, by the name of the span. */
const parents = new Map<string, SpanContext | undefined>();
const tracer = {
  startSpan(name: string, _options: unknown, parent: Context = context.active()) {
    parents.set(name, trace.getSpanContext(parent));
    return trace.wrapSpanContext({
      traceId: trace.getSpanContext(parent)?.traceId ?? '1'.repeat(32),
      spanId: '2'.repeat(16),
      traceFlags: 1,
    });
  },
} as unknown as Tracer;

let server: Observed | undefined;
afterEach(async () => {
  trace.disable();
  context.disable();
  propagation.disable();
  parents.clear();
  await server?.close();
  server = undefined;
});

const register = (): void => {
  // In the order of the SDK's `register()`.
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  expect(context.setGlobalContextManager(new Manager())).toBe(true);
};

const startSpan = (name: string): ReturnType<Tracer['startSpan']> =>
  trace.getTracer('a library').startSpan(name);

const release = bundle({
  'GET /orders': {
    handler: async () => {
      const outer = startSpan('outer');
      context.with(trace.setSpan(context.active(), outer), () => startSpan('inner').end());
      outer.end();
      await Promise.resolve();
      startSpan('later').end();
      return 1;
    },
  },
});

test.each(['before', 'after'])(
  'spans of libraries hang below the handler if a provider is registered %s the start',
  async (when) => {
    if (when === 'before') register();
    server = await observe(release);
    if (when === 'after') register();
    startSpan('outside').end();
    await server.call('/orders');
    const handler = server.span('handler');
    expect(parents.get('outer')).toMatchObject({
      traceId: handler.traceId,
      spanId: handler.spanId,
      traceFlags: 1,
    });
    expect(parents.get('later')).toMatchObject({ spanId: handler.spanId });
    expect(parents.get('inner')).toMatchObject({
      traceId: handler.traceId,
      spanId: '2'.repeat(16),
    });
    expect(parents.get('outside')).toBeUndefined();
  },
);

test('a provider can be registered again, and works without telemetry', async () => {
  server = await observe(release);
  register();
  trace.disable();
  context.disable();
  register();
  await server.call('/orders');
  expect(parents.get('outer')).toMatchObject({ spanId: server.span('handler').spanId });
  await server.close();
  server = undefined;
  startSpan('afterwards').end();
  expect(parents.get('afterwards')).toBeUndefined();
});
