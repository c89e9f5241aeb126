import { MODULE_CALL } from './span-table.ts';
import type { SpanScopes } from './span-scopes.ts';

type AnyFunction = (...args: never[]) => unknown;

/** Functions that are spans already: one object may be the module of two releases. */
const traced = new WeakSet<AnyFunction>();

/**
 * Makes the functions of a module spans, for calls that come from outside of it.
 *
 * - The exports of a file: returns a view of them, since exports can't be changed.
 * - An object that `setup()` made: its methods are replaced in place, so that it stays the same
 *   object, with its private fields. Frozen objects of a class stay as they are.
 * - A function: returns a function that is called and constructed as before.
 *
 * Classes, accessors and values stay as they are.
 */
export function traceModule(
  tracer: SpanScopes,
  name: string,
  api: unknown,
  isFile: boolean,
): unknown {
  const wrap = (method: string, original: AnyFunction): AnyFunction =>
    traceFunction(tracer, name, method, original);
  if (typeof api === 'function') return isClass(api) ? api : wrap('', api as AnyFunction);
  if (typeof api !== 'object' || api === null) return api;
  if (isFile) return viewExports(api, wrap);
  if (Object.isExtensible(api)) replaceMethods(api, wrap);
  else if (isPlain(api)) return copyFrozen(api, wrap);
  return api;
}

type Wrap = (method: string, original: AnyFunction) => AnyFunction;

function traceFunction(
  tracer: SpanScopes,
  module: string,
  method: string,
  original: AnyFunction,
): AnyFunction {
  const detail = { module, method };
  // A proxy keeps the name, the length and the members of the function.
  const wrapped = new Proxy(original, {
    apply(target, self, args) {
      const span = tracer.current;
      // A call of a module by its own code is not a further span.
      if (span === undefined || span.module === module)
        return Reflect.apply(target, self, args) as unknown;
      return tracer.observe(
        MODULE_CALL,
        detail,
        () => Reflect.apply(target, self, args) as unknown,
        module,
      );
    },
  });
  traced.add(wrapped);
  return wrapped;
}

/** Exports may change, as `export let` does, and in development with the file. */
function viewExports(exports: object, wrap: Wrap): object {
  const wrappers = new WeakMap<AnyFunction, AnyFunction>();
  return new Proxy(exports, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof name !== 'string' || !isTraceable(value)) return value;
      let wrapper = wrappers.get(value);
      if (wrapper === undefined) wrappers.set(value, (wrapper = wrap(name, value)));
      return wrapper;
    },
  });
}

function replaceMethods(api: object, wrap: Wrap): void {
  const seen = new Set<string>(['constructor']);
  for (
    let holder: object | null = api;
    holder !== null && holder !== Object.prototype && holder !== Function.prototype;
    holder = Object.getPrototypeOf(holder) as object | null
  ) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (seen.has(name)) continue;
      seen.add(name);
      const isOwn = holder === api;
      const { value } = property as { value?: unknown };
      if (!isTraceable(value) || (isOwn && !property.configurable)) continue;
      // Methods of a prototype stay hidden from `Object.keys` and from copies.
      Reflect.defineProperty(api, name, {
        value: wrap(name, value),
        writable: property.writable ?? true,
        configurable: true,
        enumerable: isOwn && property.enumerable === true,
      });
    }
  }
}

function copyFrozen(api: object, wrap: Wrap): object {
  const properties = Object.getOwnPropertyDescriptors(api) as Record<string, PropertyDescriptor>;
  for (const [name, property] of Object.entries(properties))
    if (isTraceable(property.value)) property.value = wrap(name, property.value);
  const copy = Object.create(Object.getPrototypeOf(api) as object | null, properties) as object;
  return Object.isFrozen(api) ? Object.freeze(copy) : Object.preventExtensions(copy);
}

function isTraceable(value: unknown): value is AnyFunction {
  return typeof value === 'function' && !isClass(value) && !traced.has(value as AnyFunction);
}

const isClass = (value: object): boolean =>
  /^class\b/.test(Function.prototype.toString.call(value));

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
